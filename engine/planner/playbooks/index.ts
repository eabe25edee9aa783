/** Every playbook this planner has, in the order in which it looks for them. */
import type { Playbook, PlaybookId } from '../playbook.ts';
import { accessToApp } from './access-to-app.ts';
import { blockedSignIn } from './blocked-sign-in.ts';
import { howDoI } from './how-do-i.ts';
import { removeFromGroup } from './remove-from-group.ts';
import { signOutEverywhere } from './sign-out-everywhere.ts';

const byId: Record<PlaybookId, Playbook> = {
  access_to_app: accessToApp,
  blocked_sign_in: blockedSignIn,
  remove_from_group: removeFromGroup,
  sign_out_everywhere: signOutEverywhere,
  how_do_i: howDoI,
};

export const playbooks: Playbook[] = Object.values(byId);

export function playbookOf(id: PlaybookId): Playbook {
  return byId[id];
}
