import { parseArgs } from 'node:util';
import { serve, type Served } from './serve.ts';

const usage = 'Usage: npm start [-- [--base /PATH/] [--port NUMBER]]';

/** The options on the command line. */
export interface StartOptions {
  readonly base: string;
  readonly port: number;
}

/**
 * Reads the arguments of `npm start`.
 *
 * @param args as in `process.argv`, without the program
 * @throws with a message for the user if an argument is wrong
 */
export function readArguments(args: string[]): StartOptions {
  const { values } = parseArgs({
    args,
    options: {
      base: { type: 'string', default: '/redis-pod/' },
      port: { type: 'string', default: '4321' },
    },
  });
  if (!/^\/([\w.~-]+\/)*$/.test(values.base.replace(/\/?$/, '/'))) {
    throw new Error(`--base must be a path, such as / or /Esup-Pod/, and not “${values.base}”.`);
  }
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port < 1 || port > 65535) {
    throw new Error(`--port must be a number from 1 to 65535, and not “${values.port}”.`);
  }
  return { base: values.base.replace(/\/?$/, '/'), port };
}

/** Builds the site for a base and serves it. */
async function start({ base, port }: StartOptions): Promise<void> {
  process.env['SITE_BASE'] = base;
  // Astro makes a development build for other values, which some machines export.
  process.env['NODE_ENV'] = 'production';
  const { build } = await import('astro');
  await build({ root: process.cwd(), outDir: 'dist', logLevel: 'warn' });
  const { address } = await firstFree(port, (free) => serve('dist', base, free));
  console.log(`Redis for Pod: ${address} (Ctrl+C to stop)`);
}

async function firstFree(port: number, listen: (port: number) => Promise<Served>): Promise<Served> {
  for (let candidate = port; candidate < Math.min(port + 20, 65536); candidate++) {
    try {
      const served = await listen(candidate);
      if (candidate !== port) console.error(`Port ${port} is taken: using ${candidate} instead.`);
      return served;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
  throw new Error(`Port ${port} and those after it are taken: choose another with --port.`);
}

if (import.meta.main) {
  let options: StartOptions;
  try {
    options = readArguments(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`);
    process.exit(2);
  }
  try {
    await start(options);
  } catch (error) {
    console.error((error as Error).message);
    process.exit(1);
  }
}
