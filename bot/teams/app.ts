/** The Teams front end: one endpoint, its turns, and the sending side. */
import express, { type IRouter, type Request, type RequestHandler, type Response } from 'express';
import type { Logger } from 'pino';
import { ConnectorError } from '../../connectors/contract.ts';
import type { Address, Sender } from '../../engine/domain.ts';
import { AppError } from '../../engine/errors.ts';
import type { ChannelPort, FrontDoor } from '../ports.ts';
import { assertUsable, type TeamsAuth } from './auth.ts';
import { isLocalCaller, isLoopbackUrl } from '../loopback.ts';
import {
  actionOf,
  addressOf,
  inboundActivity,
  isPersonal,
  messageOf,
  senderOf,
  type InboundActivity,
} from './inbound.ts';
import { createLibrary, type InvokeAnswer, type Library, type Turns } from './library.ts';
import { renderCard, renderMessage, withSentence } from './render.ts';
import { createServiceUrls, sendCard, type ServiceUrls } from './send.ts';

const LARGEST_BODY_BYTES = 1024 * 1024;
/** So many people's addresses are remembered as told; the oldest are told again. */
const REMEMBERED_PEOPLE = 10_000;

export interface TeamsOptions {
  /** Gets `POST /api/messages`. */
  express: IRouter;
  frontDoor: FrontDoor;
  /** Null without an app id; then the endpoint exists in sandbox mode only, for this machine only. */
  auth: TeamsAuth | null;
  /** True when every connection is a sandbox. */
  sandbox: boolean;
  /** Somebody's personal chat with the bot, so that they can be written to later; may come again. */
  onSeen(sender: Sender, address: Address): Promise<void>;
  log: Logger;
}

/** Opens the endpoint and gives the sending side. Throws for settings that could not work. */
export function startTeams(options: TeamsOptions): ChannelPort {
  const { auth, sandbox } = options;
  if (auth) assertUsable(auth);
  const urls = createServiceUrls(auth === null);
  const library = createLibrary(auth, createTurns(options));
  if (auth || sandbox) options.express.post('/api/messages', ...createEndpoint(options, library, urls));
  return {
    id: 'teams',
    async send(to, card, previous) {
      if (!auth && !sandbox)
        throw new ConnectorError('unauthorized', 'Teams is not set up: there is no app id');
      return sendCard({ library, urls, local: auth === null }, to, card, previous);
    },
  };
}

function createEndpoint({ auth, log }: TeamsOptions, library: Library, urls: ServiceUrls): RequestHandler[] {
  const parse = express.json({ limit: LARGEST_BODY_BYTES });

  const readBody: RequestHandler = (request, response, next) => {
    if (!auth && !isLocalCaller(request)) return void response.sendStatus(403);
    if (!request.is('application/json')) return void response.sendStatus(415);
    parse(request, response, (error?: unknown) => {
      if (!error) return next();
      const { status } = error as { status?: number };
      response.sendStatus(status && status >= 400 && status < 500 ? status : 400);
    });
  };

  const takeTurn = async (request: Request, response: Response) => {
    const parsed = inboundActivity.safeParse(request.body);
    if (!parsed.success) return response.sendStatus(400);
    const activity = parsed.data;
    const caller = await library.authenticate(request.headers.authorization ?? '', activity);
    if (caller === 'refused') return response.sendStatus(401);
    if (caller === 'unavailable') return response.sendStatus(503);
    if (activity.channelId !== 'msteams' || !isServiceUrl(activity.serviceUrl, auth))
      return response.sendStatus(403);
    urls.seen(senderOf(activity).workspace, activity.serviceUrl);
    const answer = await library.turn(caller, activity);
    return answer.body === undefined
      ? response.status(answer.status).end()
      : response.status(answer.status).json(answer.body);
  };

  const messages: RequestHandler = (request, response) => {
    takeTurn(request, response).catch((error: unknown) => {
      log.error(traceOf(error), 'a Teams turn failed');
      if (!response.headersSent) response.sendStatus(500);
    });
  };
  return [readBody, messages];
}

/** With a token its claim has vouched for the URL; without one only this machine is answered. */
function isServiceUrl(url: string, auth: TeamsAuth | null): boolean {
  return isLoopbackUrl(url) || (auth !== null && URL.parse(url)?.protocol === 'https:');
}

function createTurns({ frontDoor, onSeen, log }: TeamsOptions): Turns {
  const told = new Map<string, string>();

  async function tellSeen(sender: Sender, address: Address): Promise<void> {
    const [who, where] = [`${sender.workspace}/${sender.userId}`, JSON.stringify(address.where)];
    if (sender.outsider || told.get(who) === where) return;
    try {
      await onSeen(sender, address);
      if (told.size >= REMEMBERED_PEOPLE) told.delete(told.keys().next().value ?? '');
      told.set(who, where);
    } catch (error) {
      log.warn(traceOf(error), 'an address in Teams was not kept');
    }
  }

  return {
    async arrival(activity) {
      const isLeaving = activity.type === 'installationUpdate' && activity.action?.startsWith('remove');
      if (isPersonal(activity) && !isLeaving) await tellSeen(senderOf(activity), addressOf(activity));
    },
    async message(activity, reply) {
      const message = messageOf(activity);
      if (!message) return;
      if (message.direct) {
        await tellSeen(message.sender, message.address);
        const card = message.sender.outsider ? null : await frontDoor.command(message.sender, message.text);
        if (card) {
          // The command has been carried out; a failed answer must not have it sent again.
          return await reply(renderMessage(card)).catch((error: unknown) =>
            log.warn(traceOf(error), 'a command was not answered'),
          );
        }
      }
      await frontDoor.message(message);
    },
    action: (activity) => answerAction(frontDoor, activity),
  };
}

/** https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model#response-format */
async function answerAction(frontDoor: FrontDoor, activity: InboundActivity): Promise<InvokeAnswer> {
  const action = actionOf(activity);
  if (!action) {
    const value = { code: 'BadRequest', message: 'This button is not one of ours.' };
    return { statusCode: 400, type: 'application/vnd.microsoft.error', value };
  }
  const says = (value: string) => ({
    statusCode: 200,
    type: 'application/vnd.microsoft.activity.message',
    value,
  });
  try {
    const { sentence, notice } = await frontDoor.action(action);
    if (!notice) return says(sentence);
    const card = renderCard(withSentence(frontDoor.view(notice), sentence));
    return { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value: card };
  } catch (error) {
    if (error instanceof AppError) return says(error.message);
    throw error;
  }
}

/** What failed and where, without the message: it may quote what people wrote. */
function traceOf(error: unknown): { error: string; kind?: string; at: string[] } {
  if (!(error instanceof Error)) return { error: typeof error, at: [] };
  const at = (error.stack ?? '')
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .slice(0, 8);
  const { kind } = error as { kind?: string };
  return { error: error.name, kind, at: at.map((line) => line.trim()) };
}
