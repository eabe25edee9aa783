/** Card -> a conversation: posts, edits and opens chats, outside of any turn. */
import { z } from 'zod';
import { ConnectorError } from '../../connectors/contract.ts';
import type { Destination, Json, Sent } from '../../engine/domain.ts';
import type { Card } from '../card.ts';
import { isLoopbackUrl } from '../loopback.ts';
import { teamsAddress, type TeamsAddress } from './inbound.ts';
import type { Library } from './library.ts';
import { renderMessage } from './render.ts';

/** Where Teams answers for a tenant that has not spoken to us since the start. */
const PUBLIC_SERVICE_URL = 'https://smba.trafficmanager.net/teams/';

const sentRef = z.object({ address: teamsAddress, activityId: z.string().nullable() });

/** The last service URL seen for each tenant, and the last at all. */
export interface ServiceUrls {
  seen(tenantId: string, serviceUrl: string): void;
  seenIn(tenantId: string): string | null;
  /** Of that tenant, or else of any, or else Teams' public one. */
  of(tenantId: string): string | null;
}

/** `local`: only this machine's URLs are kept, and there is no public one to fall back on. */
export function createServiceUrls(local: boolean): ServiceUrls {
  const byTenant = new Map<string, string>();
  let last: string | null = null;
  return {
    seen(tenantId, serviceUrl) {
      if (local && !isLoopbackUrl(serviceUrl)) return;
      byTenant.set(tenantId.toLowerCase(), serviceUrl);
      last = serviceUrl;
    },
    seenIn: (tenantId) => byTenant.get(tenantId.toLowerCase()) ?? null,
    of: (tenantId) => byTenant.get(tenantId.toLowerCase()) ?? last ?? (local ? null : PUBLIC_SERVICE_URL),
  };
}

/** `ChannelPort.send` of Teams. An earlier copy that Teams gave no id for is posted anew. */
export async function sendCard(
  { library, urls, local }: { library: Library; urls: ServiceUrls; local: boolean },
  to: Destination,
  card: Card,
  previous: Json | null,
): Promise<Sent> {
  const content = renderMessage(card);
  const earlier = previous === null ? null : parse(sentRef, previous);
  const reach = (address: TeamsAddress) => {
    if (local && !isLoopbackUrl(address.serviceUrl))
      throw new ConnectorError('rejected', 'Practice mode sends to this machine only');
    return address;
  };
  return named(async () => {
    if (earlier?.activityId) {
      await library.edit(reach(earlier.address), earlier.activityId, content);
      return { ref: asJson(earlier) };
    }
    const address = reach(earlier?.address ?? (await addressFor(to)));
    const activityId = await library.post(address, content);
    return { ref: asJson({ address, activityId }), address: { channel: 'teams', where: asJson(address) } };
  });

  async function addressFor({ address, near, workspace, userId }: Destination): Promise<TeamsAddress> {
    if (address) return parse(teamsAddress, address.where);
    if (!userId) throw new ConnectorError('rejected', 'A Teams delivery needs an address or a person');
    const met = near ? parse(teamsAddress, near.where).serviceUrl : null;
    const serviceUrl = urls.seenIn(workspace) ?? met ?? urls.of(workspace);
    if (!serviceUrl || (local && !isLoopbackUrl(serviceUrl)))
      throw new ConnectorError('unavailable', 'Nobody has written to the bot yet, so Teams has no address');
    const id = await library.open(serviceUrl, workspace, userId);
    if (!id) throw new ConnectorError('bad_answer', 'Teams opened a chat without naming it');
    return {
      serviceUrl,
      conversation: { id, conversationType: 'personal', tenantId: workspace },
      bot: library.bot,
      user: { id: userId, aadObjectId: userId },
    };
  }
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new ConnectorError('rejected', 'This is no Teams address');
  return parsed.data;
}

const asJson = (value: unknown) => JSON.parse(JSON.stringify(value)) as Json;

/** What the library itself throws has no kind; it does so before or after talking, never in between. */
async function named(send: () => Promise<Sent>): Promise<Sent> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof ConnectorError) throw error;
    throw new ConnectorError('bad_answer', 'Teams sent an answer of an unknown shape', {
      mayHaveActed: true,
      cause: error,
    });
  }
}
