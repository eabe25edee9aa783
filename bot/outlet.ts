/** The engine's way out: Notices become cards for channels and blocks for notes. */
import type { Outlet } from '../engine/index.ts';
import { ConnectorError } from '../connectors/contract.ts';
import type { Destination } from '../engine/domain.ts';
import type { ChannelPort } from './ports.ts';
import { render } from './psa/render.ts';
import { view } from './views/index.ts';

/** `channels` is asked each time, because they are opened after the engine. */
export function createOutlet(ids: Outlet['channels'], channels: () => ChannelPort[]): Outlet {
  function channelFor(to: Destination): ChannelPort {
    const channel = channels().find((each) => each.id === to.channel);
    if (!channel) throw new ConnectorError('unavailable', `the channel ${to.channel} is not switched on`);
    return channel;
  }
  return {
    channels: ids,
    send: async (to, notice, previous, mark) => channelFor(to).send(to, view(notice), previous, mark),
    find: async (to, mark) => (await channelFor(to).findByMark?.(to, mark)) ?? null,
    note: (notice) => render(view(notice)),
  };
}
