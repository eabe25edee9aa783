/** Who somebody is, as Slack itself says: users.info, never a message's text. */
import { z } from 'zod';
import { ConnectorError } from '../../connectors/contract.ts';
import type { Sender } from '../../engine/domain.ts';
import type { Named } from './inbound.ts';
import { answer, type Web } from './web.ts';

const FRESH_MS = 5 * 60_000;
const MOST_KNOWN = 5_000;

const flag = z.boolean().nullish();
const userInfo = z.object({
  user: z.object({
    team_id: z.string().nullish(),
    real_name: z.string().nullish(),
    deleted: flag,
    is_bot: flag,
    is_restricted: flag,
    is_ultra_restricted: flag,
    is_stranger: flag,
    enterprise_user: z.object({ teams: z.array(z.string()).nullish() }).nullish(),
    profile: z.object({ real_name: z.string().nullish(), email: z.string().nullish() }).nullish(),
  }),
});
type Info = z.infer<typeof userInfo>['user'];

export interface People {
  /** Looks a user up (kept for five minutes); throws a ConnectorError when Slack cannot be asked. */
  sender(from: Named): Promise<Sender>;
}

/** `now` is in ms. */
export function createPeople(web: Web, now: () => number = Date.now): People {
  const known = new Map<string, { at: number; info: Promise<Info | null> }>();

  function lookUp(team: string, userId: string): Promise<Info | null> {
    const key = `${team}:${userId}`;
    const found = known.get(key);
    if (found && now() - found.at < FRESH_MS) return found.info;
    const info = fetchInfo(web, team, userId);
    known.delete(key);
    known.set(key, { at: now(), info });
    if (known.size > MOST_KNOWN) known.delete(known.keys().next().value ?? key);
    info.catch(() => known.delete(key));
    return info;
  }

  return { sender: async (from) => describe(from, await lookUp(from.team, from.userId)) };
}

async function fetchInfo(web: Web, team: string, userId: string): Promise<Info | null> {
  try {
    return answer(userInfo, await web.call(team, (client) => client.users.info({ user: userId }))).user;
  } catch (error) {
    if (error instanceof ConnectorError && error.kind === 'not_found') return null;
    throw error;
  }
}

/**
 * `workspace` is the user's own team, which in a shared channel is not ours. One organisation's workspaces
 * are one house: a member of ours is no outsider because their first workspace is another.
 */
function describe(from: Named, info: Info | null): Sender {
  const inHouse = info?.enterprise_user?.teams?.includes(from.team) ?? false;
  const homes = inHouse ? [] : [info?.team_id, ...from.claimed];
  const workspace = homes.find((home) => home && home !== from.team) ?? from.team;
  const lesser =
    !info ||
    info.deleted ||
    info.is_bot ||
    info.is_restricted ||
    info.is_ultra_restricted ||
    info.is_stranger;
  return {
    channel: 'slack',
    workspace,
    userId: from.userId,
    name: info?.profile?.real_name || info?.real_name || null,
    mail: info?.profile?.email?.toLowerCase() || null,
    outsider: Boolean(lesser) || workspace !== from.team,
  };
}
