import type {
  ActionResult,
  Destination,
  InboundAction,
  InboundMessage,
  Notice,
  Sender,
  Sent,
  Json,
} from '../engine/domain.ts';
import type { Card } from './card.ts';

/** What a channel needs of the rest of the house. */
export interface FrontDoor {
  /** Durable before it resolves. */
  message(message: InboundMessage): Promise<void>;
  /** Decides, or refuses with a sentence; durable before it resolves. */
  action(action: InboundAction): Promise<ActionResult>;
  /** Runs an admin command line for this sender; null when the sender is not staff and the text is no command for them (then it is an ordinary message). */
  command(sender: Sender, line: string): Promise<Card | null>;
  /** Notice -> Card. */
  view(notice: Notice): Card;
}

/** What the rest of the house needs of a channel. */
export interface ChannelPort {
  id: 'teams' | 'slack';
  /** Posts the card, or edits the earlier copy when `previous` is given. Throws ConnectorError kinds (connectors/contract.ts): rate_limited with retryAfterMs, unavailable, rejected, not_found... */
  send(to: Destination, card: Card, previous: Json | null, mark: string): Promise<Sent>;
  /** Looks up a posted message by mark after a crash, where the channel can; null = cannot tell or not there. */
  findByMark?(to: Destination, mark: string): Promise<Sent | null>;
}
