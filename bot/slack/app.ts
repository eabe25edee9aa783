/** Slack as a channel: Bolt on the product's one HTTP server. */
import { App, ExpressReceiver, type ViewSubmitAction } from '@slack/bolt';
import type { Express } from 'express';
import { z } from 'zod';
import type { ChannelPort, FrontDoor } from '../ports.ts';
import { handleClick, handleSlash, handleSubmission } from './click.ts';
import { createHear, kindOf, type Hearing } from './hear.ts';
import { quietLogger, type Log } from './log.ts';
import { createPeople } from './people.ts';
import { createSending, type Persona } from './send.ts';
import { createWeb } from './web.ts';

const LARGEST_BODY_BYTES = 1024 * 1024;

export interface SlackOptions {
  /** The one HTTP server's app; nothing before it may read the body of /slack/events, unless into `req.rawBody`. */
  express: Express;
  frontDoor: FrontDoor;
  signingSecret: string;
  /** The bot token for a team id. */
  tokenFor(team: string): Promise<string>;
  /** For another Slack than slack.com; ends in "/api/". */
  apiUrl?: string;
  persona?(team: string): Promise<Persona>;
  log: Log;
}

/**
 * Serves `POST /slack/events` for events, commands and interactivity, and gives back the way out. Bad or
 * stale signatures get 401, unreadable bodies 400, bodies above 1 MB 413; a good one is answered only once
 * the front door is done, and with 500 when it failed, so that Slack sends it again.
 */
export function startSlack(options: SlackOptions): ChannelPort {
  const { log, frontDoor } = options;
  const logger = quietLogger(log);
  const web = createWeb({ tokenFor: options.tokenFor, apiUrl: options.apiUrl, logger });
  const sending = createSending(web, options.persona ?? (async () => ({})));
  const receiver = new ExpressReceiver({
    app: options.express,
    signingSecret: options.signingSecret,
    endpoints: '/slack/events',
    processBeforeResponse: true,
    bodyLimit: LARGEST_BODY_BYTES,
    logger,
    processEventErrorHandler: async ({ error, response }) => {
      if (response.headersSent) return true;
      const malformed = error instanceof MalformedPayload;
      // Bolt wraps what a handler threw.
      const kind = kindOf('original' in error ? error.original : error);
      if (!malformed) log.error({ kind }, 'slack payload was not taken in');
      response.writeHead(malformed ? 400 : 500).end();
      return true;
    },
  });
  const app = new App({
    receiver,
    logger,
    // Our own client finds the token when a call is made, so taking something in needs none.
    authorize: async ({ teamId }) => ({ teamId }),
    // Both would need a call or memory per conversation; inbound.ts tells our own messages apart.
    ignoreSelf: false,
    convoStore: false,
  });
  refuseMalformed(app);
  listen(app, { frontDoor, web, sending, people: createPeople(web), log });
  return { id: 'slack', send: sending.send, findByMark: sending.findByMark };
}

function listen(app: App, house: Hearing): void {
  const hear = createHear(house);
  app.event('message', ({ body }) => hear(body));
  app.event('app_mention', ({ body }) => hear(body));
  app.command(/.*/, ({ body, ack }) => handleSlash(house, body, ack));
  app.action(/.*/, async ({ body, ack }) => {
    // Only noted here; the answer leaves when the handler is done, and as a 500 when it failed.
    await ack();
    await handleClick(house, body);
  });
  app.view<ViewSubmitAction>({ callback_id: /.*/, type: 'view_submission' }, ({ body, ack }) =>
    handleSubmission(house, body, ack),
  );
  app.view({ callback_id: /.*/, type: 'view_closed' }, ({ ack }) => ack());
  app.shortcut(/.*/, ({ ack }) => ack());
}

class MalformedPayload extends Error {}

const user = z.object({ id: z.string() });
const payload = z.union([
  z.object({ event: z.object({ type: z.string() }) }),
  z.object({ command: z.string(), team_id: z.string(), user_id: z.string() }),
  z.object({ user, actions: z.array(z.object({ action_id: z.string() })).min(1) }),
  z.object({
    user,
    type: z.enum(['view_submission', 'view_closed']),
    view: z.object({ callback_id: z.string() }),
  }),
  z.object({ user, type: z.enum(['shortcut', 'message_action']) }),
]);

/** Bolt leaves a signed body that it does not know without an answer for three seconds; we refuse it at once. */
function refuseMalformed(app: App): void {
  const processEvent = app.processEvent.bind(app);
  app.processEvent = async (event) => {
    // Slack's note that it held events back; there is nothing to do.
    if (event.body?.['type'] === 'app_rate_limited') return event.ack();
    if (!payload.safeParse(event.body).success) throw new MalformedPayload();
    await processEvent(event);
  };
}
