import { describe, expect, test } from 'vitest';
import { groupRuns } from './process-group.ts';
import { runProcess } from './run-process.ts';

const never = new AbortController().signal;

describe('a step’s process', () => {
  test('answers with its exit code and all it printed', async () => {
    const ended = await runProcess(['node', '-e', 'console.log("out"); console.error("err"); process.exit(3)'], {
      env: process.env,
      timeoutSeconds: 10,
      stop: never,
    });
    expect(ended).toMatchObject({ exitCode: 3, trouble: undefined });
    expect(ended.output).toContain('out');
    expect(ended.output).toContain('err');
  });

  test('is stopped with its children when the run is interrupted', async () => {
    const stop = new AbortController();
    const running = runProcess(['bash', '-c', 'sleep 60 & echo $$; wait'], {
      env: process.env,
      timeoutSeconds: 60,
      stop: stop.signal,
    });
    setTimeout(() => stop.abort(), 300);
    const ended = await running;
    expect(ended.trouble).toBe('interrupted');
    expect(groupRuns(Number(ended.output))).toBe(false);
  });

  test('is stopped when it takes too long', async () => {
    const ended = await runProcess(['sleep', '60'], { env: process.env, timeoutSeconds: 0.2, stop: never });
    expect(ended.trouble).toBe('took longer than 0.2 s');
  });

  test('is in trouble when it leaves a process behind, which is killed', async () => {
    const ended = await runProcess(['bash', '-c', 'sleep 60 & echo $$'], {
      env: process.env,
      timeoutSeconds: 30,
      stop: never,
      stragglersMs: 300,
    });
    expect(ended).toMatchObject({ exitCode: 0, trouble: 'left processes behind (now killed)' });
    await expect.poll(() => groupRuns(Number(ended.output))).toBe(false);
  });

  test('says which program is missing', async () => {
    const ended = await runProcess(['onsale-no-such-program'], { env: process.env, timeoutSeconds: 10, stop: never });
    expect(ended.trouble).toContain('onsale-no-such-program could not be started');
  });
});
