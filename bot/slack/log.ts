import { LogLevel, type Logger as SlackLogger } from '@slack/bolt';
import type { Logger } from 'pino';

/** The part of pino that the channel writes to. */
export type Log = Pick<Logger, 'info' | 'warn' | 'error'>;

/** A logger for Slack's libraries that keeps their words to itself: those may hold payloads and tokens. */
export function quietLogger(log: Log): SlackLogger {
  const code = (parts: unknown[]): string | undefined =>
    parts
      .map((part) => (part instanceof Error && 'code' in part ? String(part.code) : undefined))
      .find(Boolean);
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: (...parts) => log.warn({ code: code(parts) }, 'slack library warned'),
    error: (...parts) => log.error({ code: code(parts) }, 'slack library reported an error'),
    setLevel: () => undefined,
    getLevel: () => LogLevel.WARN,
    setName: () => undefined,
  };
}
