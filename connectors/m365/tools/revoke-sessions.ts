/** Signing a person out everywhere. Source: https://learn.microsoft.com/graph/api/user-revokesigninsessions */
import { z } from 'zod';
import { ConnectorError, defineTool } from '../../contract.ts';
import { path, type GraphApi } from '../api.ts';
import { objectId, RevokedWire } from '../schema.ts';
import { nameOf, short, userSubject } from '../subjects.ts';
import { findUser, readUser } from '../users.ts';
import { prove } from './prove.ts';

/** Graph writes whole seconds by its own clock, which may be a little behind ours. */
const CLOCK_SKEW_MS = 30_000;

const args = z.strictObject({ userId: objectId });
type Args = z.infer<typeof args>;

export const revokeSessions = defineTool<GraphApi, Args>({
  name: 'm365.revoke_sessions',
  version: 1,
  summary: 'Sign a person out of Microsoft 365 on every device.',
  args,
  effect: 'repeatable',
  risk: 'low',
  describe: ({ userId }, subjects) => `Sign ${nameOf(userId, subjects)} out everywhere`,
  subjects: async (call, { userId }) => [await userSubject(call.api.tenant(call.scope, call.signal), userId)],
  async preconditions(call, { userId }) {
    const user = await findUser(call.api.tenant(call.scope, call.signal), userId);
    return user ? null : 'The person is no longer in Microsoft 365.';
  },
  async preview(call, { userId }) {
    const user = await readUser(call.api.tenant(call.scope, call.signal), userId);
    return {
      key: `user:${user.id}:sessions`,
      what: `Sign-ins of ${short(user.name)}`,
      before: 'still valid',
      after: 'ended on every device',
      undo: null,
      remarks: [`${short(user.name)} must sign in again everywhere; apps may take up to an hour to notice`],
    };
  },
  verify: (call, { userId }) =>
    prove(async () => {
      const user = await findUser(call.api.tenant(call.scope, call.signal), userId);
      const validFromMs = Date.parse(user?.sessionsValidFrom ?? '');
      if (!call.startedAt || Number.isNaN(validFromMs)) return null;
      return validFromMs >= call.startedAt.getTime() - CLOCK_SKEW_MS;
    }),
  async run(call, { userId }) {
    const graph = call.api.tenant(call.scope, call.signal);
    const answer = await graph.send('POST', path`users/${userId}/revokeSignInSessions`, {
      answer: RevokedWire,
    });
    if (answer.value === false)
      throw new ConnectorError('rejected', 'Microsoft 365 did not end the sign-ins');
    return { result: { revoked: true } };
  },
});
