/** The processes under test: how they are started, and how much processor time a tree of them has used. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';

export interface Started {
  process: ChildProcess;
  pid: number;
  /** The first match of `ready` in what it printed. */
  said: RegExpExecArray;
  stop(): Promise<void>;
}

/** Starts a Node program and resolves once it has printed `ready`; rejects with what it printed when it ends before. */
export function startNode(
  args: string[],
  ready: RegExp,
  environment: Record<string, string> = {},
): Promise<Started> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let printed = '';
  return new Promise((resolve, reject) => {
    child.stderr?.on('data', (chunk: Buffer) => void (printed = (printed + chunk).slice(-20_000)));
    child.stdout?.on('data', (chunk: Buffer) => {
      printed = (printed + chunk).slice(-20_000);
      const said = ready.exec(printed);
      if (said)
        resolve({
          process: child,
          pid: child.pid as number,
          said,
          stop: () => (child.kill('SIGTERM'), gone),
        });
    });
    child.once('exit', () => reject(new Error(`${args.at(-1)} ended before it was ready: ${printed}`)));
  });
}

const TICKS_PER_SECOND = 100;

/** Processor milliseconds used so far by a process and its children, dead ones included; null off Linux. */
export function cpuMs(root: number): number | null {
  if (process.platform !== 'linux') return null;
  const table = readTable();
  let ticks = 0;
  const open = [root];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    const own = table.get(pid);
    if (!own) continue;
    ticks += own.ticks;
    for (const [child, { parent }] of table) if (parent === pid) open.push(child);
  }
  return (ticks * 1000) / TICKS_PER_SECOND;
}

/** Per process: its parent, and its own time with that of the children it has outlived (proc(5): stat). */
function readTable(): Map<number, { parent: number; ticks: number }> {
  const table = new Map<number, { parent: number; ticks: number }>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      table.set(Number(name), {
        parent: Number(fields[1]),
        ticks: [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0),
      });
    } catch {
      // It ended between the listing and the reading.
    }
  }
  return table;
}

/** What this ran on, in one line. */
export function machineLine(postgres: string): string {
  const gib = Math.round(totalmem() / 2 ** 30);
  const cpu = cpus()[0]?.model.trim() ?? 'unknown processor';
  return `${cpu} x ${availableParallelism()}, ${gib} GB, ${process.platform} ${release()}, Node ${process.versions.node}, Postgres ${postgres}`;
}
