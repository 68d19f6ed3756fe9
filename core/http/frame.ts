import { newId } from '../../platform/id.ts';
import type { CoreDeps } from '../deps.ts';
import { createGateIdentity } from './gate-identity.ts';
import type { HeaderSource } from './node-request.ts';

/** What a request's headers say of it before anybody reads more, and what is noted once it is answered. */
export type Frame = {
  /** The gate's id, so that both logs, the answer's header and a problem's body name the same request. */
  requestId: string;
  /** Who asks, as the gate says it; null when the caller is not our gate. */
  clientAddress: string | null;
  /** Notes how it was answered, for the health that admission looks at. */
  end(status: number): void;
};

export type BeginFrame = (method: string, path: string, headers: HeaderSource) => Frame;

/** Frames for every request of this process; those that `isMeasured` leaves out say nothing about how buyers fare. */
export function createFrames(
  { config, meter }: Pick<CoreDeps, 'meter'> & { config: Pick<CoreDeps['config'], 'coreSecret'> },
  isMeasured: (path: string) => boolean,
): BeginFrame {
  const readGate = createGateIdentity(config.coreSecret);
  return (method, path, headers) => {
    const startedAt = performance.now();
    const gate = readGate(headers);
    return {
      requestId: gate?.requestId ?? newId(),
      clientAddress: gate?.clientAddress ?? null,
      end(status) {
        if (!isMeasured(path)) return;
        const isHold = method === 'POST' && path === '/v1/holds';
        meter.note({ isHold, status, durationMs: performance.now() - startedAt });
      },
    };
  };
}
