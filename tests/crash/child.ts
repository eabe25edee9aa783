/** The product as a process of its own, which can really be killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const main = join(import.meta.dirname, '../../bot/main.ts');

export interface Child {
  url: string;
  process: ChildProcess;
  /** Resolves when the process is gone. */
  gone: Promise<void>;
  stop(): Promise<void>;
}

/** Starts it and resolves once it says that it is ready; rejects with what it printed when it ends before. */
export function startChild(environment: Record<string, string>): Promise<Child> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main], {
    env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'warn', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer) => {
      printed += chunk.toString('utf8');
      const url = /(http:\/\/127\.0\.0\.1:\d+)/.exec(printed)?.[1];
      if (url) resolve({ url, process: child, gone, stop: () => (child.kill('SIGTERM'), gone) });
    };
    child.stdout.on('data', read);
    child.stderr.on('data', (chunk: Buffer) => void (printed += chunk.toString('utf8')));
    child.once('exit', () => reject(new Error(`the product ended before it was ready: ${printed}`)));
  });
}
