import { OperatingError } from '../../platform/operating-error.ts';
import type { ScriptClient } from '../../redis/script-client.ts';
import type { ScriptName } from '../../redis/scripts.generated.ts';

/** What one client answered, step by step; two clients behave alike when their transcripts are equal. */
export type Transcript = { step: string; answer: unknown }[];

export type Recorder = {
  client: ScriptClient;
  transcript: Transcript;
  /** Scripts that ran at least once. */
  ran: Set<ScriptName>;
  /** Notes what a step answered, or the code it was refused with. */
  note(step: string, call: () => Promise<unknown>): Promise<void>;
};

export function createRecorder(client: ScriptClient): Recorder {
  const transcript: Transcript = [];
  const ran = new Set<ScriptName>();
  const { runTogether } = client;
  const together: ScriptClient['runTogether'] =
    runTogether &&
    ((request) => {
      ran.add(request.script);
      return runTogether(request);
    });
  return {
    transcript,
    ran,
    client: {
      ...client,
      run(script, keys, args) {
        ran.add(script);
        return client.run(script, keys, args);
      },
      ...(together && { runTogether: together }),
    },
    async note(step, call) {
      try {
        transcript.push({ step, answer: await call() });
      } catch (error) {
        if (!(error instanceof OperatingError)) throw error;
        transcript.push({ step, answer: { refused: error.code } });
      }
    },
  };
}
