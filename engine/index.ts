/** The engine's public face: what the bot may ask of it. */
import type { WebhookInput } from '../connectors/contract.ts';
import { act } from './act.ts';
import { arrive, takeWebhook, type WebhookAnswer } from './arrive.ts';
import { deliverKey } from './deliver.ts';
import { diagnose } from './diagnose.ts';
import type { ActionResult, Address, InboundAction, InboundMessage, Sender } from './domain.ts';
import { execute } from './execute.ts';
import type { House } from './house.ts';
import { receive, type Receipt } from './receive.ts';
import { rememberAddress } from './store/people.ts';
import { startSweeping } from './sweep.ts';

export interface Engine {
  /** Durable before it resolves. */
  receive(message: InboundMessage): Promise<Receipt>;
  act(action: InboundAction): Promise<ActionResult>;
  /** Remembers where somebody's DM is, so that they can be written to. */
  met(sender: Sender, address: Address): Promise<void>;
  webhook(connectionId: string, input: WebhookInput): Promise<WebhookAnswer>;
  isReady(): Promise<boolean>;
}

export function createEngine(house: House): Engine {
  return {
    receive: (message) => receive(house, message),
    act: (action) => act(house, action),
    met: (sender, address) => rememberAddress(house.db, sender, address),
    webhook: (connectionId, input) => takeWebhook(house, connectionId, input),
    async isReady() {
      await house.db.pool.query('SELECT 1');
      return house.queue.isReady();
    },
  };
}

/** Takes on the stages' work in this process; gives how to stop. */
export async function startWorking(house: House): Promise<() => Promise<void>> {
  await house.queue.work({
    request: ({ mspId, requestId }) => diagnose(house, mspId, requestId),
    execute: ({ mspId, planId }) => execute(house, mspId, planId),
    deliver: ({ mspId, orderKey }) => deliverKey(house, mspId, orderKey),
    arrival: (data) => arrive(house, data),
  });
  return startSweeping(house);
}

export type { House, Outlet, Log } from './house.ts';
export type { Receipt } from './receive.ts';
