/** Opens the channels whose settings are there. */
import express, { type Express } from 'express';
import type { Logger } from 'pino';
import { ConnectorError } from '../connectors/contract.ts';
import type { Engine } from '../engine/index.ts';
import { rows, statement, type Database } from '../engine/store/database.ts';
import type { Config } from './config.ts';
import type { ChannelPort, FrontDoor } from './ports.ts';
import { startSlack } from './slack/app.ts';
import { startTeams } from './teams/app.ts';

export interface ChannelOptions {
  config: Config;
  app: Express;
  frontDoor: FrontDoor;
  engine: Engine;
  db: Database;
  sandbox: boolean;
  log: Logger;
}

const workspace = statement(
  'channels_workspace',
  `SELECT m.persona_name AS name, m.persona_icon_url AS "iconUrl" FROM workspaces w JOIN msps m ON m.id = w.msp_id WHERE w.channel = $1 AND w.external_id = $2`,
);

/** A process that only works still sends, so it opens the channels on routes that nobody can reach. */
export function openChannels(options: ChannelOptions): ChannelPort[] {
  const { config, frontDoor, engine, log, sandbox } = options;
  const app = config.role === 'worker' ? express() : options.app;
  const channels: ChannelPort[] = [];
  if (config.teams || sandbox) {
    channels.push(
      startTeams({
        express: app,
        frontDoor,
        auth: config.teams,
        sandbox,
        onSeen: (sender, address) => engine.met(sender, address),
        log,
      }),
    );
  }
  if (config.slack) channels.push(openSlack(options, app, config.slack));
  return channels;
}

function openSlack(
  { frontDoor, db, log }: ChannelOptions,
  app: Express,
  slack: NonNullable<Config['slack']>,
): ChannelPort {
  const find = async (team: string) =>
    (await rows<{ name: string | null; iconUrl: string | null }>(db.pool, workspace, ['slack', team]))[0];
  return startSlack({
    express: app,
    frontDoor,
    signingSecret: slack.signingSecret,
    async tokenFor(team) {
      if (!(await find(team)))
        throw new ConnectorError('unauthorized', 'this Slack team is mapped to nobody');
      return slack.botToken;
    },
    apiUrl: slack.apiUrl && `${slack.apiUrl.replace(/\/+$/, '')}/`,
    async persona(team) {
      const found = await find(team);
      return { name: found?.name ?? undefined, iconUrl: found?.iconUrl ?? undefined };
    },
    log,
  });
}
