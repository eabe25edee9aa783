/** Environment -> typed Config. The only reader of process.env. */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const optional = z
  .string()
  .trim()
  .transform((value) => (value === '' ? null : value))
  .nullable()
  .default(null);
const optionalUrl = optional.refine((value) => value === null || URL.canParse(value), {
  error: 'must be a URL such as https://help.example.com',
});

const environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(3978),
  HOST: z.string().default('127.0.0.1'),
  ROLE: z.enum(['all', 'web', 'worker']).default('all'),
  PUBLIC_URL: optionalUrl,
  DATA_DIR: z.string().default('.data'),
  DATABASE_URL: optional,
  SECRET_KEY: optional,
  COUNTERSIGN_CONFIG: optional,
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  MICROSOFT_APP_ID: optional,
  MICROSOFT_APP_PASSWORD: optional,
  MICROSOFT_APP_TYPE: z.enum(['SingleTenant', 'MultiTenant']).default('SingleTenant'),
  MICROSOFT_APP_TENANT_ID: optional,
  MICROSOFT_OPENID_METADATA_URL: optionalUrl,
  MICROSOFT_TOKEN_ISSUER: optional,
  MICROSOFT_LOGIN_URL: optionalUrl,
  SLACK_SIGNING_SECRET: optional,
  SLACK_BOT_TOKEN: optional,
  SLACK_API_URL: optionalUrl,
  COUNTERSIGN_FAILPOINT: optional,
});

export interface Config {
  port: number;
  host: string;
  role: 'all' | 'web' | 'worker';
  publicUrl: string | null;
  dataDir: string;
  /** Null means the embedded Postgres under `dataDir`. */
  databaseUrl: string | null;
  /** 32 bytes. */
  secretKey: Uint8Array;
  /** Path of the settings file; null means the practice MSP, or what the database already holds. */
  settingsFile: string | null;
  logLevel: string;
  teams: {
    appId: string;
    appPassword: string;
    appType: 'SingleTenant' | 'MultiTenant';
    tenantId: string | null;
    openIdMetadataUrl?: string;
    tokenIssuer?: string;
    loginUrl?: string;
  } | null;
  slack: { signingSecret: string; botToken: string; apiUrl?: string } | null;
  /** Started by `npm start` rather than directly. */
  underNpm: boolean;
  /** Name of the place at which the process kills itself, for crash tests; works in sandbox mode only. */
  failpoint: string | null;
  /** A credential that a settings file names; only `COUNTERSIGN_SECRET_*` can be read. */
  secret(name: string): string | null;
}

/** Reads and checks the environment. Throws an Error whose message lists every problem and what to do. */
export function loadConfig(env: Record<string, string | undefined> = process.env): Config {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`The environment is not right:\n  ${problems.join('\n  ')}`);
  }
  const read = parsed.data;
  return {
    port: read.PORT,
    host: read.HOST,
    role: read.ROLE,
    publicUrl: read.PUBLIC_URL,
    dataDir: read.DATA_DIR,
    databaseUrl: read.DATABASE_URL,
    secretKey: secretKey(read),
    settingsFile: read.COUNTERSIGN_CONFIG,
    logLevel: read.LOG_LEVEL,
    teams: teamsOf(read),
    slack: slackOf(read),
    underNpm: env['npm_lifecycle_event'] === 'start',
    failpoint: read.COUNTERSIGN_FAILPOINT,
    secret: (name) => (name.startsWith('COUNTERSIGN_SECRET_') ? (env[name] ?? null) : null),
  };
}

type Environment = z.infer<typeof environment>;

function teamsOf(read: Environment): Config['teams'] {
  if (!read.MICROSOFT_APP_ID) return null;
  if (!read.MICROSOFT_APP_PASSWORD)
    throw new Error('MICROSOFT_APP_ID is set, so MICROSOFT_APP_PASSWORD is needed too.');
  return {
    appId: read.MICROSOFT_APP_ID,
    appPassword: read.MICROSOFT_APP_PASSWORD,
    appType: read.MICROSOFT_APP_TYPE,
    tenantId: read.MICROSOFT_APP_TENANT_ID,
    openIdMetadataUrl: read.MICROSOFT_OPENID_METADATA_URL ?? undefined,
    tokenIssuer: read.MICROSOFT_TOKEN_ISSUER ?? undefined,
    loginUrl: read.MICROSOFT_LOGIN_URL ?? undefined,
  };
}

function slackOf(read: Environment): Config['slack'] {
  if (!read.SLACK_SIGNING_SECRET && !read.SLACK_BOT_TOKEN) return null;
  if (!read.SLACK_SIGNING_SECRET || !read.SLACK_BOT_TOKEN)
    throw new Error('Slack needs both SLACK_SIGNING_SECRET and SLACK_BOT_TOKEN.');
  return {
    signingSecret: read.SLACK_SIGNING_SECRET,
    botToken: read.SLACK_BOT_TOKEN,
    apiUrl: read.SLACK_API_URL ?? undefined,
  };
}

/** From the environment, or, for the embedded database only, from a 0600 file that is made once. */
function secretKey(read: Environment): Uint8Array {
  if (read.SECRET_KEY) {
    const key = Buffer.from(read.SECRET_KEY, 'base64');
    if (key.byteLength !== 32)
      throw new Error('SECRET_KEY must be 32 bytes, base64. Make one with: openssl rand -base64 32');
    return key;
  }
  if (read.DATABASE_URL)
    throw new Error(
      'With DATABASE_URL, SECRET_KEY is needed too: 32 bytes, base64. Make one with: openssl rand -base64 32',
    );
  const path = join(read.DATA_DIR, 'secret-key');
  if (!existsSync(path)) {
    mkdirSync(read.DATA_DIR, { recursive: true, mode: 0o711 });
    writeFileSync(path, randomBytes(32).toString('base64'), { mode: 0o600 });
    chmodSync(path, 0o600);
  }
  return Buffer.from(readFileSync(path, 'utf8'), 'base64');
}
