import { runCommandLine } from './program.ts';

// Whoever read our output may have seen enough (`onsale crowd … | head`): that ends us, and is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const code = await runCommandLine(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  terminal: process.stdout,
});
// Connections on their way down need not be waited for, but what was written must have left.
process.stdout.write('', () => process.exit(code));
