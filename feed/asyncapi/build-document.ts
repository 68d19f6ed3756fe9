import { toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import {
  performanceServerMessageSchema,
  roomClientMessageSchema,
  roomServerMessageSchema,
} from '../../contracts/feed-messages.ts';

type JsonObject = { [key: string]: unknown };
type Variant = { options: readonly (GenericSchema & { entries: { type: { literal: string } } })[] };

/** Builds the AsyncAPI 3.0 document of both sockets from their schemas, as the feed sees them: it sends boards and receives answers. */
export function buildAsyncApi(): JsonObject {
  const messages: Record<string, JsonObject> = {
    ...messagesOf('room', roomClientMessageSchema),
    ...messagesOf('room', roomServerMessageSchema),
    ...messagesOf('performance', performanceServerMessageSchema),
  };
  const ofChannel = (channel: string) => Object.keys(messages).filter((name) => name.startsWith(`${channel}.`));
  const operation = (action: 'send' | 'receive', channel: string, variant: Variant, summary: string) => ({
    action,
    summary,
    channel: { $ref: `#/channels/${channel}` },
    messages: namesOf(channel, variant).map((name) => ({ $ref: `#/channels/${channel}/messages/${name}` })),
  });
  const channel = (name: string, rest: JsonObject) => ({
    ...rest,
    messages: Object.fromEntries(ofChannel(name).map((own) => [own, { $ref: `#/components/messages/${own}` }])),
  });
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Onsale feed',
      version: '1',
      description:
        'Boards, calls and seat changes over WebSockets. Frames are JSON objects with a type; 4 KB at most come in.',
    },
    defaultContentType: 'application/json',
    channels: {
      room: channel('room', {
        address: '/rooms/{room}',
        description:
          'Needs a hello with a feed token (POST /api/rooms/{room}/feed-tokens) first. Full: full, then close 1013.',
        parameters: { room: { description: 'The room’s name.' } },
      }),
      performance: channel('performance', {
        address: '/performances/{id}',
        description:
          'Query: since (a version: the deltas after it, or a new snapshot), from and to (stop codes). No token.',
        parameters: { id: { description: 'The performance’s id.' } },
      }),
    },
    operations: {
      hear: operation('receive', 'room', roomClientMessageSchema, 'What a visitor says'),
      tell: operation('send', 'room', roomServerMessageSchema, 'What a visitor is told'),
      showSeats: operation('send', 'performance', performanceServerMessageSchema, 'What is free, and what changed'),
    },
    components: { messages },
  };
}

const namesOf = (channel: string, { options }: Variant): string[] =>
  options.map(({ entries }) => `${channel}.${entries.type.literal}`);

function messagesOf(channel: string, { options }: Variant): Record<string, JsonObject> {
  return Object.fromEntries(
    options.map((option) => {
      const name = `${channel}.${option.entries.type.literal}`;
      return [name, { name, payload: payloadOf(option) }];
    }),
  );
}

function payloadOf(schema: GenericSchema): JsonObject {
  const { $schema: _, ...payload } = toJsonSchema(schema, { errorMode: 'ignore' });
  return payload;
}
