import type { Context } from 'hono';
import type { ScriptClient } from '../../redis/script-client.ts';
import type { ImportsInHand } from '../gate/imports-in-hand.ts';
import type { KeptAnswers } from '../gate/kept-answers.ts';
import type { RoomMemory } from '../rooms/room-memory.ts';
import type { EdgePorts } from '../ports.ts';

/** What every handler finds in its context. */
export type EdgeEnv = {
  Variables: {
    ports: EdgePorts;
    requestId: string;
    /** This request's client of the store, bounded by the request's deadline. */
    store: ScriptClient;
    rooms: RoomMemory;
    /** What core lets anybody keep of its catalogue. */
    keptAnswers: KeptAnswers;
    /** Bounds the large bodies of this isolate. */
    imports: ImportsInHand;
    /** What `contentTypeOf` found: several ask, and each look at a header is a call out of the script's engine. */
    contentType?: string | null;
    /** What `noteCookie` noted. */
    cookies?: string[];
    /** The answer was made by `answerWhole`, which leaves nothing to add. */
    isWhole?: boolean;
  };
};
export type EdgeContext = Context<EdgeEnv>;
