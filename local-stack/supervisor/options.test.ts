import { describe, expect, it } from 'vitest';
import { parseOptions } from './options.ts';

const DEFAULTS = {
  port: undefined,
  dataFolder: undefined,
  crowd: undefined,
  readyFile: undefined,
  edge: 'workerd',
  payments: 'sandbox',
  verbose: false,
};

describe('bin/dev options', () => {
  it('has defaults for all', () => {
    expect(parseOptions([], '/here')).toEqual({ kind: 'run', options: DEFAULTS });
  });

  it('reads every option, and paths from where the caller stands', () => {
    const args = [
      '--port',
      '8080',
      '--data=my data',
      '--crowd',
      '500',
      '--ready-file',
      '/tmp/ready.json',
      '--edge',
      'node',
      '--payments=stripe',
      '--verbose',
    ];
    expect(parseOptions(args, '/here')).toEqual({
      kind: 'run',
      options: {
        port: 8080,
        dataFolder: '/here/my data',
        crowd: 500,
        readyFile: '/tmp/ready.json',
        edge: 'node',
        payments: 'stripe',
        verbose: true,
      },
    });
  });

  it('asks for help with either spelling', () => {
    expect(parseOptions(['--help'], '/')).toEqual({ kind: 'help' });
    expect(parseOptions(['-h'], '/')).toEqual({ kind: 'help' });
  });

  it.each([
    [['--bogus'], /--bogus/],
    [['word'], /word/],
    [['--port'], /--port/],
    [['--port', '-1'], /--port/],
    [['--port', '65536'], /--port takes a whole number from 0 to 65535/],
    [['--crowd', '0'], /--crowd takes a whole number from 1/],
    [['--port', '80x'], /--port/],
    [['--crowd', '1.5'], /--crowd/],
    [['--data='], /--data takes a path/],
    [['--payments', 'cash'], /--payments takes sandbox or stripe/],
  ])('refuses %j and says why', (args, problem) => {
    expect(parseOptions(args, '/')).toEqual({ kind: 'wrong', problem: expect.stringMatching(problem) as unknown });
  });
});
