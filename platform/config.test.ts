import { expect, it } from 'vitest';
import { ConfigError, host, parseConfig, port, text, url } from './config.ts';

const entries = { REDIS_URL: url('redis', 'rediss'), SECRET: text, HOST: host, PORT: port };

it('reads a whole environment, with defaults where they are sensible', () => {
  expect(parseConfig(entries, { REDIS_URL: 'redis://127.0.0.1:6379', SECRET: 's' })).toEqual({
    REDIS_URL: 'redis://127.0.0.1:6379',
    SECRET: 's',
    HOST: '127.0.0.1',
    PORT: 0,
  });
});

it('tells every fault at once, by the variable’s name and without its value', () => {
  const read = () => parseConfig(entries, { REDIS_URL: 'http://hunter2@nowhere', PORT: '99999' });
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(/REDIS_URL: must be an address with redis or rediss/);
  expect(read).toThrow(/SECRET: is missing/);
  expect(read).toThrow(/PORT/);
  expect(read).not.toThrow(/hunter2/);
});
