/**
 * The only file that knows botbuilder and teams-ai: who is calling, the turn and its routes, and the calls to
 * the channel. Everything outside speaks in inbound.ts and render.ts shapes.
 */
import { Application, TeamsAdapter } from '@microsoft/teams-ai';
import type { Activity, ConversationReference, TurnContext } from 'botbuilder';
import {
  claimsToBeChannel,
  createTokens,
  issuerOf,
  metadataUrlOf,
  tokenUrlOf,
  type TeamsAuth,
} from './auth.ts';
import { sendToChannel } from './channel-http.ts';
import type { InboundActivity, TeamsAddress } from './inbound.ts';
import type { MessageContent } from './render.ts';

/** Body of the answer to an `adaptiveCard/action` invoke. */
export interface InvokeAnswer {
  statusCode: number;
  type: string;
  value: unknown;
}

/** What a turn does; whatever throws makes the turn fail. */
export interface Turns {
  message(activity: InboundActivity, reply: (content: MessageContent) => Promise<void>): Promise<void>;
  action(activity: InboundActivity): Promise<InvokeAnswer>;
  arrival(activity: InboundActivity): Promise<void>;
}

export interface Library {
  /** The bot as a member of conversations. */
  bot: { id: string };
  /** `refused`: the caller is not the channel. `unavailable`: its signing keys are out of reach. */
  authenticate(authorization: string, activity: InboundActivity): Promise<Caller | 'refused' | 'unavailable'>;
  /** Runs the turn and gives the HTTP answer. */
  turn(caller: Caller, activity: InboundActivity): Promise<{ status: number; body?: unknown }>;
  /** Posts and gives the new message's id, null when the channel named none. */
  post(to: TeamsAddress, content: MessageContent): Promise<string | null>;
  edit(to: TeamsAddress, id: string, content: MessageContent): Promise<void>;
  /** Opens, or finds again, the personal chat with somebody of that tenant, and gives its id. */
  open(serviceUrl: string, tenantId: string, userId: string): Promise<string>;
}

type Caller = Awaited<ReturnType<Adapter['authenticate']>>;

class Adapter extends TeamsAdapter {
  authenticate(activity: Activity, authorization: string) {
    return this.botFrameworkAuthentication.authenticateRequest(activity, authorization);
  }
  turn(caller: Caller, activity: Activity, logic: (context: TurnContext) => Promise<void>) {
    return this.processActivity(caller, activity, logic);
  }
}

/** `auth` null is the practice mode, in which nobody is asked who they are. */
export function createLibrary(auth: TeamsAuth | null, turns: Turns): Library {
  const adapter = createAdapter(auth);
  const application = createApplication(turns);
  const appId = auth?.appId ?? '';
  const bot = { id: `28:${appId || 'countersign'}`, name: '' };
  const inTurnTo = (to: TeamsAddress, logic: (context: TurnContext) => Promise<void>) =>
    adapter.continueConversationAsync(
      appId,
      { channelId: 'msteams', ...to } as Partial<ConversationReference>,
      logic,
    );

  return {
    bot: { id: bot.id },
    async authenticate(authorization, activity) {
      if (auth && !claimsToBeChannel(auth, authorization, activity.serviceUrl)) return 'refused';
      try {
        return await adapter.authenticate(asLibrary(activity), authorization);
      } catch (error) {
        return areKeysOutOfReach(error) ? 'unavailable' : 'refused';
      }
    },
    async turn(caller, activity) {
      const answer = await adapter.turn(
        caller,
        asLibrary(activity),
        async (context) => void (await application.run(context)),
      );
      return { status: answer?.status ?? 200, body: answer?.body as unknown };
    },
    async post(to, content) {
      let id: string | undefined;
      await inTurnTo(to, async (context) => {
        const [sent] = await adapter.sendActivities(context, [addressed(to, content)]);
        id = sent?.id;
      });
      return id || null;
    },
    async edit(to, id, content) {
      await inTurnTo(to, async (context) => {
        await adapter.updateActivity(context, { ...addressed(to, content), id });
      });
    },
    async open(serviceUrl, tenantId, userId) {
      let id = '';
      const chat = {
        isGroup: false,
        bot,
        members: [{ id: userId, name: '' }],
        tenantId,
        channelData: { tenant: { id: tenantId } },
      };
      const audience = auth ? issuerOf(auth) : '';
      await adapter.createConversationAsync(
        appId,
        'msteams',
        serviceUrl,
        audience,
        chat,
        async ({ activity }) => {
          id = activity.conversation.id;
        },
      );
      return id;
    },
  };
}

function createApplication(turns: Turns): Application {
  // No typing sign: plan mode must be silent. Mentions are taken out in inbound.ts, which knows all of them.
  const application = new Application({ startTypingTimer: false, removeRecipientMention: false });
  application.activity('message', (context) =>
    turns.message(fromLibrary(context), async (content) => void (await context.sendActivity(content))),
  );
  application.activity(['conversationUpdate', 'installationUpdate'], (context) =>
    turns.arrival(fromLibrary(context)),
  );
  const isAction = ({ activity }: TurnContext) =>
    Promise.resolve(activity.type === 'invoke' && activity.name === 'adaptiveCard/action');
  const answerAction = async (context: TurnContext) => {
    const body = await turns.action(fromLibrary(context));
    await context.sendActivity({ type: 'invokeResponse', value: { status: 200, body } });
  };
  application.addRoute(isAction, answerAction, true);
  return application;
}

function createAdapter(auth: TeamsAuth | null): Adapter {
  const tokens = auth && createTokens(auth);
  const settings = auth && {
    MicrosoftAppId: auth.appId,
    ToChannelFromBotLoginUrl: tokenUrlOf(auth),
    ToChannelFromBotOAuthScope: issuerOf(auth),
    ToBotFromChannelTokenIssuer: issuerOf(auth),
    ToBotFromChannelOpenIdMetadataUrl: metadataUrlOf(auth),
    ToBotFromEmulatorOpenIdMetadataUrl: metadataUrlOf(auth),
    OAuthUrl: issuerOf(auth),
    CallerId: '',
  };
  const credentials: ConstructorParameters<typeof TeamsAdapter>[1] = {
    isValidAppId: (id) => Promise.resolve(id === (auth?.appId ?? '')),
    isAuthenticationDisabled: () => Promise.resolve(auth === null),
    // Signing is done where the request leaves, in channel-http.ts.
    createCredentials: () => Promise.resolve({ signRequest: (request) => Promise.resolve(request) }),
  };
  const connector: ConstructorParameters<typeof TeamsAdapter>[3] = {
    httpClient: {
      async sendRequest(request) {
        const body = typeof request.body === 'string' ? request.body : undefined;
        const { status, text } = await sendToChannel(tokens, {
          method: request.method,
          url: request.url,
          body,
        });
        const headers = request.headers.clone();
        for (const name of headers.headerNames()) headers.remove(name);
        headers.set('content-type', 'application/json');
        return { request, headers, status, bodyAsText: text };
      },
    },
  };
  return new Adapter(settings ?? {}, credentials, undefined, connector);
}

/** By name and number, for the library has no kinds: a failed look-up of keys is no verdict on the token. */
function areKeysOutOfReach(error: unknown): boolean {
  const { name, statusCode } = error as { name?: string; statusCode?: number };
  return name === 'FetchError' || statusCode === 500;
}

function addressed(to: TeamsAddress, content: MessageContent): Activity {
  const { serviceUrl, conversation, bot, user } = to;
  return {
    ...content,
    channelId: 'msteams',
    serviceUrl,
    conversation,
    from: bot,
    recipient: user,
  } as unknown as Activity;
}

const asLibrary = (activity: InboundActivity) => activity as unknown as Activity;
const fromLibrary = (context: TurnContext) => context.activity as unknown as InboundActivity;
