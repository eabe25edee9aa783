#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
/** `npx countersign`: settings files and the audit trail, from a shell. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connectors } from '../connectors/index.ts';
import { brokenCheckpoints } from '../engine/checkpoints.ts';
import { AppError } from '../engine/errors.ts';
import { createVault } from '../engine/secrets.ts';
import { applySettings, diffSettings, type SettingsParts } from '../engine/settings/apply.ts';
import { exportSettings } from '../engine/settings/export.ts';
import { verifyActivity } from '../engine/store/activity.ts';
import { openDatabase } from '../engine/store/database.ts';
import { startEmbeddedPostgres } from '../engine/store/embedded-postgres.ts';
import { migrate } from '../engine/store/migrate.ts';
import { loadConfig } from './config.ts';

const usage = `Usage: npx countersign <command>

  apply FILE [--force]  applies a settings file, unless this very text was applied before (--force: even then)
  diff FILE             shows what applying it would change, and changes nothing
  export [MSP]          writes the settings of an MSP (by slug) as a settings file, without secrets
  verify [MSP]          checks that nothing in the activity was changed or taken out
  --help                shows this

The environment says which database (DATABASE_URL, or the embedded one under DATA_DIR), as for "npm start".
Secrets that a settings file names come from COUNTERSIGN_SECRET_*.
`;

interface House extends SettingsParts {
  secret(name: string): string | undefined;
}

interface Words {
  operand: string | undefined;
  force: boolean;
}

const commands: Record<string, (house: House, words: Words) => Promise<number>> = {
  apply: async (house, { operand, force }) => {
    const result = await applySettings(house, await textOf(operand), { secret: house.secret, force });
    const done = result.applied
      ? `Applied to ${result.mspSlug}: ${result.changes.length} changes.`
      : `This file was applied to ${result.mspSlug} before, so nothing was done. --force applies it again.`;
    say([...result.changes, done]);
    return 0;
  },
  diff: async (house, { operand }) => {
    const changes = await diffSettings(house, await textOf(operand), house.secret);
    say(changes.length === 0 ? ['Nothing would change.'] : changes);
    return 0;
  },
  export: async (house, { operand }) => {
    const [msp, ...others] = await mspsNamed(house, operand);
    if (!msp || others.length > 0)
      throw new AppError(
        'invalid',
        `Say which MSP: ${[msp, ...others].map((each) => each?.slug).join(', ')}`,
      );
    process.stdout.write(await exportSettings(house, msp.id));
    return 0;
  },
  verify: async (house, { operand }) => {
    let whole = true;
    for (const { id, slug } of await mspsNamed(house, operand)) {
      // The chains show a change; only what was signed shows an end that was cut off.
      const broken = [...(await verifyActivity(house.db, id)), ...(await brokenCheckpoints(house, id))];
      whole &&= broken.length === 0;
      say(
        broken.length === 0
          ? [`${slug}: the activity is whole.`]
          : broken.map(({ chain, seq }) => `${slug}: broken at ${chain}, entry ${seq}`),
      );
    }
    return whole ? 0 : 1;
  },
};

function say(lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function textOf(file: string | undefined): Promise<string> {
  if (file === undefined) throw new AppError('invalid', 'Say which FILE.');
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new AppError(
      'invalid',
      `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`,
    );
  }
}

async function mspsNamed(house: House, slug: string | undefined): Promise<{ id: string; slug: string }[]> {
  const found = await house.db.prisma.msp.findMany({
    where: slug === undefined ? {} : { slug },
    select: { id: true, slug: true },
    orderBy: { slug: 'asc' },
  });
  if (found.length === 0)
    throw new AppError('invalid', slug === undefined ? 'There is no MSP yet.' : `There is no MSP ${slug}.`);
  return found;
}

/** Runs one command; resolves with the exit code. 2 is a command that was not understood. */
export async function run(args: string[]): Promise<number> {
  const read = readArgs(args);
  if (typeof read === 'string') {
    process.stderr.write(`${read}\n\n${usage}`);
    return 2;
  }
  const command = commands[read.command];
  if (!command) {
    process.stdout.write(usage);
    return 0;
  }
  return withHouse((house) => command(house, read));
}

/** The words of the command line, or what is wrong with them. `help` stands for no command at all. */
function readArgs(args: string[]): (Words & { command: string }) | string {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        force: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const [command = 'help', operand, ...rest] = positionals;
    if (values.help || command === 'help') return { command: 'help', operand: undefined, force: false };
    if (!Object.hasOwn(commands, command)) return `There is no command ${command}.`;
    if (rest.length > 0) return `${command} takes one word and not ${rest.join(' ')}.`;
    if (values.force && command !== 'apply') return '--force goes with apply only.';
    return { command, operand, force: values.force };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function withHouse(work: (house: House) => Promise<number>): Promise<number> {
  const config = loadConfig();
  const server = config.databaseUrl ? null : await startEmbeddedPostgres(config.dataDir);
  const url = config.databaseUrl ?? server?.url ?? '';
  try {
    await migrate(url, join(import.meta.dirname, '../prisma/migrations'));
    const db = openDatabase(url, () => undefined);
    const vault = createVault(config.secretKey);
    try {
      return await work({ db, vault, connectors, secret: (name) => config.secret(name) ?? undefined });
    } finally {
      await db.close();
    }
  } finally {
    // One that a running Countersign uses is left running.
    if (server && !server.adopted) await server.stop();
  }
}

if (import.meta.main) {
  run(process.argv.slice(2)).then(
    (code) => process.exit(code),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    },
  );
}
