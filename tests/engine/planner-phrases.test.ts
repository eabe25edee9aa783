import { describe, expect, it } from 'vitest';
import type { Proposal } from '../../engine/planner/port.ts';
import { lena, maya, plan, type Facts } from './planner-acme.ts';
import { heldAside, noSteps, phrases } from './planner-phrases.ts';

const inFinance: Facts = {
  memberships: {
    [maya.directoryId]: [
      { id: 'g-finance', name: 'Finance' },
      { id: 'g-salesforce', name: 'App - Salesforce' },
    ],
    [lena.directoryId]: [{ id: 'g-finance', name: 'Finance' }],
  },
};
const inNothing: Facts = {};

const expected: Record<string, { who: typeof maya; facts: Facts; does: string[] }> = {
  zendesk: { who: maya, facts: inNothing, does: ['m365.add_group_member g-zendesk'] },
  salesforce: { who: maya, facts: inNothing, does: ['m365.add_group_member g-salesforce'] },
  finance: { who: maya, facts: inNothing, does: ['m365.add_group_member g-finance'] },
  vpn: { who: maya, facts: inNothing, does: ['m365.add_group_member g-vpn'] },
  both: {
    who: maya,
    facts: inNothing,
    does: ['m365.add_group_member g-zendesk', 'm365.add_group_member g-salesforce'],
  },
  blocked: { who: lena, facts: inFinance, does: ['m365.enable_sign_in'] },
  leaveFinance: { who: maya, facts: inFinance, does: ['m365.remove_group_member g-finance'] },
  leaveSalesforce: { who: maya, facts: inFinance, does: ['m365.remove_group_member g-salesforce'] },
  signOut: { who: maya, facts: inFinance, does: ['m365.revoke_sessions'] },
  howTo: { who: maya, facts: inNothing, does: ['answer'] },
};

/** What a proposal would do, without words: "m365.add_group_member g-zendesk", or its kind. */
function deeds(proposal: Proposal, userId: string): string[] {
  if (proposal.kind !== 'steps') return [proposal.kind];
  return proposal.steps.map(({ tool, args }) => {
    expect(args['userId']).toBe(userId);
    return args['groupId'] === undefined ? tool : `${tool} ${String(args['groupId'])}`;
  });
}

function rows(table: Record<string, string[]>): [string, string][] {
  return Object.entries(table).flatMap(([kind, texts]) =>
    texts.map((text): [string, string] => [kind, text]),
  );
}

describe('what people mean', () => {
  it.each(rows(phrases))('%s is understood from "%s"', async (kind, text) => {
    const { who, facts, does } = expected[kind]!;
    expect(deeds(await plan(text, { requester: who }, facts), who.directoryId)).toEqual(does);
  });

  it('has at least 25 phrasings for each kind of request that changes something', () => {
    const count = (...kinds: string[]) => kinds.reduce((sum, kind) => sum + (phrases[kind] ?? []).length, 0);
    for (const kinds of [
      ['zendesk', 'salesforce'],
      ['blocked'],
      ['leaveFinance', 'leaveSalesforce'],
      ['signOut'],
      ['howTo'],
    ]) {
      expect(count(...kinds)).toBeGreaterThanOrEqual(25);
    }
  });

  it('never takes a phrase kept aside for another request, and understands most of them', async () => {
    const all = rows(heldAside);
    let understood = 0;
    for (const [kind, text] of all) {
      const { who, facts, does } = expected[kind]!;
      const proposal = await plan(text, { requester: who }, facts);
      const done = deeds(proposal, who.directoryId);
      if (proposal.kind === 'steps') expect([text, done]).toEqual([text, does]);
      if (done.join() === does.join()) understood += 1;
    }
    expect(understood / all.length).toBeGreaterThan(0.75);
  });
});

describe('what must not be acted on', () => {
  it.each(noSteps)('proposes no step for "%s"', async (text) => {
    for (const requester of [maya, lena])
      expect((await plan(text, { requester }, inFinance)).kind).not.toBe('steps');
  });

  it.each([
    'Hello',
    'hi there!',
    'Good morning',
    'thanks',
    'Thank you so much!',
    'how are you?',
    '',
    '   ',
    ':wave:',
    'ok',
    'What can you do?',
    'printer',
  ])('asks what they need when told only "%s"', async (text) => {
    const proposal = await plan(text);
    expect(proposal.kind).toBe('answer');
    expect(proposal).toMatchObject({ text: expect.stringContaining('what you need'), sources: [] });
  });
});
