/** Letting a blocked person sign in again. Source: https://learn.microsoft.com/graph/api/user-update */
import { z } from 'zod';
import { defineTool } from '../../contract.ts';
import { path, type GraphApi } from '../api.ts';
import { objectId } from '../schema.ts';
import { blockRemark, readBlock } from '../sign-in.ts';
import { nameOf, short, userSubject } from '../subjects.ts';
import { findUser, readUser } from '../users.ts';
import { prove } from './prove.ts';

const args = z.strictObject({ userId: objectId });
type Args = z.infer<typeof args>;

export const enableSignIn = defineTool<GraphApi, Args>({
  name: 'm365.enable_sign_in',
  version: 1,
  summary: 'Let a person whose sign-in is blocked sign in again.',
  args,
  effect: 'repeatable',
  risk: 'high',
  describe: ({ userId }, subjects) => `Let ${nameOf(userId, subjects)} sign in again`,
  subjects: async (call, { userId }) => [await userSubject(call.api.tenant(call.scope, call.signal), userId)],
  async preconditions(call, { userId }) {
    const user = await findUser(call.api.tenant(call.scope, call.signal), userId);
    if (!user) return 'The person is no longer in Microsoft 365.';
    if (user.synced)
      return `The account of ${short(user.name)} is synced from an on-premises directory and must be changed there.`;
    return user.enabled ? `${short(user.name)} can already sign in.` : null;
  },
  async preview(call, { userId }) {
    const graph = call.api.tenant(call.scope, call.signal);
    const user = await readUser(graph, userId);
    return {
      key: `user:${user.id}:sign_in`,
      what: `Sign-in of ${short(user.name)}`,
      before: user.enabled ? 'allowed' : 'blocked',
      after: 'allowed',
      undo: `Block the sign-in of ${short(user.name)} again`,
      remarks: user.enabled
        ? ['Nothing to change: the sign-in is already allowed']
        : [blockRemark(await readBlock(graph, userId))],
    };
  },
  verify: (call, { userId }) =>
    prove(async () => (await findUser(call.api.tenant(call.scope, call.signal), userId))?.enabled ?? null),
  async run(call, { userId }) {
    await call.api
      .tenant(call.scope, call.signal)
      .send('PATCH', path`users/${userId}`, { json: { accountEnabled: true } });
    return { result: { enabled: true } };
  },
});
