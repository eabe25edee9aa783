import type { ApprovalView, Notice } from '../../engine/domain.ts';
import { grantZendesk, signOutOmar } from './example-steps.ts';

type Approval = Extract<Notice, { kind: 'approval' }>;

const zendesk: ApprovalView = {
  approvalId: 'apr_01',
  digest: 'sha256-of-the-plan',
  code: '7F3K-22QX',
  signer: 'technician',
  state: 'open',
  planState: 'open',
  title: 'Give Maya Lopez access to Zendesk',
  client: 'Acme Corp',
  requester: {
    name: 'Maya Lopez',
    mail: 'maya@acme.example',
    assurance: 'verified',
    how: "Teams account in Acme Corp's own tenant",
  },
  ticket: { number: '4821', url: 'https://psa.northwind.example/tickets/4821' },
  ask: 'I need access to Zendesk',
  diagnosis: [
    'The article "Zendesk access" names the group App - Zendesk.',
    'Maya Lopez is not a member of App - Zendesk.',
  ],
  steps: [grantZendesk],
  why: ["Adding people to groups needs a technician's signature"],
  expiresAt: 'Sun 22 Nov, 9:02',
  decidedBy: null,
  decidedAt: null,
  reason: null,
  outcome: null,
};
const byTom = { decidedBy: 'Tom Reed', decidedAt: 'Sat 21 Nov, 9:05' };
const approved: ApprovalView = { ...zendesk, ...byTom, state: 'approved' };

const privileged: ApprovalView = {
  ...zendesk,
  title: 'Sign Omar Haddad out everywhere',
  requester: {
    name: 'Omar Haddad',
    mail: 'omar@acme.example',
    assurance: 'claimed',
    how: "the ticket's contact mail, not verified",
  },
  ask: 'Sign me out everywhere, now. I think somebody has my laptop.',
  diagnosis: ['Omar Haddad was signed in 8 minutes ago.'],
  steps: [signOutOmar],
  why: ["The requester is not verified, so every change needs a technician's signature"],
};

/** Every face of the approval card: open, privileged, for a manager, and how it goes afterwards. */
export const examples: Approval[] = [
  zendesk,
  privileged,
  { ...zendesk, signer: 'manager' as const, why: ['Zendesk access needs the manager as well'] },
  approved,
  { ...approved, planState: 'running' as const, steps: [{ ...grantZendesk, state: 'running' as const }] },
  {
    ...approved,
    planState: 'done' as const,
    steps: [{ ...grantZendesk, state: 'done' as const, outcome: 'Verified in Microsoft 365.' }],
    outcome: 'All steps are done and verified.',
  },
  {
    ...approved,
    planState: 'failed' as const,
    steps: [
      { ...grantZendesk, state: 'unknown' as const, outcome: 'Microsoft 365 did not answer.' },
      signOutOmar,
    ],
  },
  {
    ...zendesk,
    ...byTom,
    state: 'denied' as const,
    planState: 'denied' as const,
    reason: 'No free licence until Monday',
  },
  { ...zendesk, state: 'expired' as const, planState: 'expired' as const },
  { ...zendesk, state: 'superseded' as const, planState: 'stale' as const },
].map((view) => ({ kind: 'approval', approval: view }));
