/** Runs one admin command line for a verified sender and answers with a Card; the same for Slack and Teams. */
import type { Sender } from '../../engine/domain.ts';
import { AppError } from '../../engine/errors.ts';
import { claim, looksLikeClaimCode } from '../../engine/settings/claims.ts';
import { clientsOf } from '../../engine/settings/places.ts';
import { adminNames, staffOf, whomToAsk, type Staff } from '../../engine/settings/staff.ts';
import { findKnown, meetSender, type Known } from '../../engine/store/people.ts';
import type { Card } from '../card.ts';
import { oneLine, plainMessage } from '../views/words.ts';
import { answerActivity } from './answers/activity.ts';
import { answerApprovals } from './answers/approvals.ts';
import { answerHelp } from './answers/help.ts';
import { answerMode } from './answers/mode.ts';
import { answerPolicy } from './answers/policy.ts';
import { answerStatus } from './answers/status.ts';
import { answerResume, answerStop } from './answers/stop.ts';
import type { CommandDeps } from './deps.ts';
import { parse, type Command } from './parse.ts';

/**
 * In the Msp's own workspace every line gets an answer. Elsewhere only `claim <code>` is a command; null says
 * that the line is an ordinary message.
 */
export async function runCommand(deps: CommandDeps, sender: Sender, line: string): Promise<Card | null> {
  const code = codeIn(line);
  if (code !== null) return answered(() => answerClaim(deps, sender, code));
  const known = await findKnown(deps.db, sender);
  if (!known || known.clientId !== null) return null;
  const staff = staffOf(sender.outsider ? known : await meetSender(deps.db, sender, known));
  if (!staff) return notStaff(deps, known);
  return answered(() => answerLine(deps, staff, line));
}

function codeIn(line: string): string | null {
  const parsed = parse(line);
  const code = parsed.ok && parsed.command.noun === 'claim' ? parsed.command.code : null;
  return code !== null && looksLikeClaimCode(code) ? code : null;
}

async function answerClaim(deps: CommandDeps, sender: Sender, code: string): Promise<Card> {
  const { msp } = await claim(deps.db, sender, code);
  return plainMessage(
    `You are now an admin of ${oneLine(msp, 100)}. Write "help" to see what you can do here.`,
  );
}

async function notStaff(deps: CommandDeps, known: Known): Promise<Card> {
  const ask = whomToAsk(await adminNames(deps.db.pool, known.mspId));
  return plainMessage(
    `Commands are for technicians and admins of ${oneLine(known.mspName, 100)}. ${oneLine(ask, 400)}`,
  );
}

async function answerLine(deps: CommandDeps, staff: Staff, line: string): Promise<Card> {
  const clients = await clientsOf(deps.db.pool, staff.mspId);
  const parsed = parse(
    line,
    clients.flatMap(({ slug, name }) => [slug, name]),
  );
  if (!parsed.ok) return plainMessage(oneLine(parsed.sentence, 300), `Usage: ${parsed.usage}`);
  return answer(deps, staff, parsed.command);
}

function answer(deps: CommandDeps, staff: Staff, command: Command): Promise<Card> | Card {
  switch (command.noun) {
    case 'help':
      return answerHelp(command);
    case 'status':
      return answerStatus(deps, staff);
    case 'claim':
      return plainMessage('This is not a one-time code. It looks like K7QX-9PTM-3V5A-BC7D.');
    case 'mode':
      return answerMode(deps, staff, command);
    case 'policy':
      return answerPolicy(deps, staff, command);
    case 'approvals':
      return answerApprovals(deps, staff);
    case 'activity':
      return answerActivity(deps, staff, command);
    case 'stop':
      return answerStop(deps, staff, command);
    case 'resume':
      return answerResume(deps, staff, command);
  }
}

/** What our own rules refuse is an answer too. */
async function answered(run: () => Promise<Card>): Promise<Card> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof AppError) return plainMessage(oneLine(error.message, 600));
    throw error;
  }
}
