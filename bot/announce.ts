/** What `npm start` prints: where to look, and the one-time admin code where nobody is admin yet. */
import { issueClaimCode } from '../engine/settings/claims.ts';
import type { Config } from './config.ts';
import type { Running } from './main.ts';

export async function announce(running: Running, config: Config): Promise<void> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  if (config.role === 'worker') {
    say('Countersign is working.');
    return;
  }
  const practising = running.sandboxes.all;
  say('');
  say(
    practising && !config.teams
      ? `  Countersign is ready. Open the Desk:  ${running.url}/`
      : `  Countersign is ready on ${running.url}`,
  );
  if (practising) say('  Practice MSP "northwind": nothing here reaches a real system.');
  for (const msp of await running.house.db.prisma.msp.findMany({ orderBy: { slug: 'asc' } })) {
    const code = await issueClaimCode(running.house.db, msp.id);
    if (code) say(`  ${msp.name} has no admin yet. Write to the bot within 24 hours:  claim ${code}`);
  }
  say('');
}
