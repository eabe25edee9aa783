/** The Teams front end on a real port, with a front door that only writes down what came. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { pino } from 'pino';
import type { Card } from '../../bot/card.ts';
import type { ChannelPort, FrontDoor } from '../../bot/ports.ts';
import { startTeams } from '../../bot/teams/app.ts';
import type { TeamsAuth } from '../../bot/teams/auth.ts';
import type { Address, InboundAction, InboundMessage, Sender } from '../../engine/domain.ts';
import type { TeamsPerson } from '../stand-ins/bot-framework.ts';

export const maya: TeamsPerson = {
  tenantId: '11111111-1111-4111-8111-111111111111',
  aadObjectId: 'aaaaaaaa-0000-4000-8000-000000000001',
  name: 'Maya Lopez',
};
export const tom: TeamsPerson = {
  tenantId: '99999999-9999-4999-8999-999999999999',
  aadObjectId: '99999999-0000-4000-8000-000000000001',
  name: 'Tom Reed',
};

export const notice = { kind: 'handed_off', ticket: '4821' } as const;
export const emptyCard: Card = { title: '', tone: 'plain', blocks: [], actions: [], push: '' };
export const handedOff: Card = {
  ...emptyCard,
  title: 'This needs a person.',
  push: 'Ticket 4821 needs a person.',
};

export interface House {
  endpoint: string;
  port: ChannelPort;
  messages: InboundMessage[];
  actions: InboundAction[];
  seen: { sender: Sender; address: Address }[];
  commands: string[];
  /** Everything that was logged, as text. */
  logged(): string;
  close(): Promise<void>;
}

export interface HouseOptions {
  auth?: TeamsAuth | null;
  sandbox?: boolean;
  door?: Partial<FrontDoor>;
  onSeen?(sender: Sender, address: Address): Promise<void>;
}

/** Starts it on a free loopback port. */
export async function startHouse({
  auth = null,
  sandbox = true,
  door = {},
  onSeen,
}: HouseOptions = {}): Promise<House> {
  const house = {
    messages: [] as InboundMessage[],
    actions: [] as InboundAction[],
    seen: [] as House['seen'],
    commands: [] as string[],
  };
  const lines: string[] = [];
  const frontDoor: FrontDoor = {
    message: async (message) => void house.messages.push(message),
    action: async (action) => {
      house.actions.push(action);
      return { sentence: 'Approved by Tom Reed.', notice };
    },
    command: async (_sender, line) => {
      house.commands.push(line);
      return null;
    },
    view: () => handedOff,
    ...door,
  };
  const app = express();
  const port = startTeams({
    express: app,
    frontDoor,
    auth,
    sandbox,
    onSeen: onSeen ?? (async (sender, address) => void house.seen.push({ sender, address })),
    log: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }),
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ...house,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/messages`,
    port,
    logged: () => lines.join(''),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
