/** What channels call: messages and clicks to the engine, command lines to the admin grammar. It decides nothing. */
import type { Engine } from '../engine/index.ts';
import type { InboundMessage, Sender } from '../engine/domain.ts';
import type { Card } from './card.ts';
import type { ChannelPort, FrontDoor } from './ports.ts';
import { view } from './views/index.ts';

export interface FrontDoorOptions {
  engine: Engine;
  runCommand(sender: Sender, line: string): Promise<Card | null>;
  /** Asked late, because channels are opened with the front door in hand. */
  channel(id: string): ChannelPort | undefined;
}

export function createFrontDoor({ engine, runCommand, channel }: FrontDoorOptions): FrontDoor {
  async function answerAtOnce(message: InboundMessage, card: Card): Promise<void> {
    const { channel: id, workspace } = message.sender;
    if (id !== 'teams' && id !== 'slack') return;
    await channel(id)?.send(
      { channel: id, workspace, userId: null, address: message.address },
      card,
      null,
      message.key,
    );
  }

  return {
    async message(message) {
      const receipt = await engine.receive(message);
      if (receipt.kind === 'refused') return answerAtOnce(message, view(receipt.notice));
      if (receipt.kind !== 'staff' || message.addressed === false) return;
      const card = await runCommand(message.sender, message.text);
      if (card) await answerAtOnce(message, card);
    },
    action: (action) => engine.act(action),
    command: (sender, line) => runCommand(sender, line),
    view,
  };
}
