import { describe, expect, it } from 'vitest';
import { defaultSetting } from '../../connectors/contract.ts';
import {
  decideVerdict,
  effectivePolicy,
  type PolicyInput,
  type PolicyRow,
  type StepFacts,
} from '../../engine/policy.ts';

const write: StepFacts['tool'] = {
  name: 'm365.add_group_member',
  effect: 'repeatable',
  risk: 'low',
  default: 'approval_needed',
  needsVerifiedRequester: false,
};
const row = (setting: PolicyRow['setting'], manager = false): PolicyRow => ({ setting, manager });

function ask(more: {
  tool?: Partial<StepFacts['tool']>;
  msp?: PolicyRow;
  client?: PolicyRow;
  assurance?: 'verified' | 'claimed';
  privileged?: boolean;
  origin?: 'requester' | 'text';
}) {
  const tool = { ...write, ...more.tool };
  const input: PolicyInput = {
    requester: { assurance: more.assurance ?? 'verified' },
    settings: {
      msp: more.msp ? { [tool.name]: more.msp } : {},
      client: more.client ? { [tool.name]: more.client } : {},
    },
    steps: [
      {
        tool,
        subjects: [{ name: 'Omar', privileged: more.privileged ?? false, roles: ['Global Administrator'] }],
        origins: { userId: more.origin ?? 'requester' },
      },
    ],
  };
  const { outcome, signers } = decideVerdict(input);
  return [outcome, ...signers].join('+');
}

describe('policy', () => {
  it.each([
    ['nothing chosen, a write', {}, 'ask+technician'],
    ['auto at the Msp', { msp: row('auto') }, 'auto'],
    [
      'auto at the Client over approval at the Msp',
      { msp: row('approval_needed', true), client: row('auto') },
      'auto',
    ],
    [
      'approval at the Client over auto at the Msp',
      { msp: row('auto'), client: row('approval_needed') },
      'ask+technician',
    ],
    ['disabled at the Client', { msp: row('auto'), client: row('disabled') }, 'refuse'],
    [
      "the Msp's disabled stands whatever the Client says",
      { msp: row('disabled'), client: row('auto') },
      'refuse',
    ],
    ['with the manager', { client: row('approval_needed', true) }, 'ask+technician+manager'],
    [
      "the Client's row replaces the Msp's whole, its manager switch too",
      { msp: row('approval_needed', true), client: row('approval_needed') },
      'ask+technician',
    ],
    ['a manager switch on auto asks nobody', { client: row('auto', true) }, 'auto'],
    ['high risk is never auto', { tool: { risk: 'high' as const }, client: row('auto') }, 'ask+technician'],
    [
      'critical risk is never auto',
      { tool: { risk: 'critical' as const }, msp: row('auto') },
      'ask+technician',
    ],
    [
      'a claimed requester gates every write',
      { client: row('auto'), assurance: 'claimed' as const },
      'ask+technician',
    ],
    [
      'a tool that needs a verified requester refuses a claimed one',
      { tool: { needsVerifiedRequester: true }, assurance: 'claimed' as const },
      'refuse',
    ],
    [
      'a privileged target needs both signatures',
      { client: row('auto'), privileged: true },
      'ask+technician+manager',
    ],
    [
      'a value from text alone raises the tier',
      { client: row('auto'), origin: 'text' as const },
      'ask+technician',
    ],
    [
      'a read stays auto, whoever asks and whatever it reads',
      {
        tool: { effect: 'read' as const, default: 'auto' as const, risk: 'high' as const },
        assurance: 'claimed' as const,
        privileged: true,
        origin: 'text' as const,
      },
      'auto',
    ],
    [
      'a read that was set to approval is asked for',
      { tool: { effect: 'read' as const, default: 'auto' as const }, client: row('approval_needed') },
      'ask+technician',
    ],
  ])('%s', (_name, input, expected) => {
    expect(ask(input)).toBe(expected);
  });

  it('one refused step refuses the plan, one gated step gates it', () => {
    const steps = [write, { ...write, name: 'm365.revoke_sessions' }].map((tool) => ({
      tool,
      subjects: [],
      origins: {},
    }));
    const decide = (client: Record<string, PolicyRow>) =>
      decideVerdict({ steps, settings: { msp: {}, client }, requester: { assurance: 'verified' } });
    expect(decide({ [write.name]: row('auto') })).toMatchObject({
      outcome: 'ask',
      signers: ['technician'],
      steps: [{ outcome: 'auto' }, { outcome: 'ask' }],
    });
    expect(decide({ [write.name]: row('disabled') })).toMatchObject({ outcome: 'refuse', signers: [] });
    expect(decide({ [write.name]: row('auto'), 'm365.revoke_sessions': row('auto') })).toMatchObject({
      outcome: 'auto',
      signers: [],
    });
  });

  it('says where a setting comes from', () => {
    expect(effectivePolicy(write, { msp: {}, client: {} })).toMatchObject({
      setting: 'approval_needed',
      from: 'default',
    });
    expect(effectivePolicy(write, { msp: { [write.name]: row('auto') }, client: {} })).toMatchObject({
      setting: 'auto',
      from: 'msp',
    });
    expect(
      effectivePolicy(write, {
        msp: { [write.name]: row('disabled') },
        client: { [write.name]: row('auto') },
      }),
    ).toMatchObject({ setting: 'disabled', from: 'msp' });
  });

  it.each([
    ['m365.get_user', 'read', undefined, 'auto'],
    ['m365.list_groups', 'read', undefined, 'auto'],
    ['hudu.search_articles', 'read', undefined, 'auto'],
    ['x.fetch_thing', 'read', undefined, 'auto'],
    ['x.get_thing', 'once', undefined, 'approval_needed'],
    ['x.add_member', 'repeatable', undefined, 'approval_needed'],
    ['x.frobnicate_thing', 'read', undefined, 'approval_needed'],
    ['x.list_keys', 'read', 'approval_needed', 'approval_needed'],
    ['x.add_reaction', 'once', 'auto', 'auto'],
  ] as const)('the default of %s (%s, annotated %s) is %s', (name, effect, policy, expected) => {
    expect(defaultSetting({ name, effect, policy })).toBe(expected);
  });
});
