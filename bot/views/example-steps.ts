import type { StepView } from '../../engine/domain.ts';

/** An ordinary Step, before it ran, for the examples of several views. */
export const grantZendesk: StepView = {
  text: 'Add Maya Lopez to the group App - Zendesk',
  tool: 'm365.add_group_member',
  before: 'member of App - Zendesk: no',
  after: 'yes',
  undo: 'take Maya Lopez out of the group again',
  remarks: [],
  warnings: [],
  risk: 'low',
  state: 'pending',
  outcome: null,
};

/** A Step on a privileged person that cannot be taken back, for the examples of several views. */
export const signOutOmar: StepView = {
  text: 'Sign Omar Haddad out everywhere',
  tool: 'm365.revoke_sessions',
  before: 'signed in on his devices',
  after: 'signed out everywhere',
  undo: null,
  remarks: ['Last sign-in 8 minutes ago from Lisbon'],
  warnings: [
    'Privileged: Omar Haddad is Global Administrator',
    'From the employee\'s text: "everywhere, now"',
  ],
  risk: 'high',
  state: 'pending',
  outcome: null,
};
