/**
 * The channel's half of the Bot Framework for the Desk: what the bot calls to open chats, post and edit.
 * https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
 */
import { randomUUID } from 'node:crypto';
import express, { Router, type ErrorRequestHandler, type Request, type Response } from 'express';
import { z } from 'zod';
import { conversationOf, type ChatContent, type ChatMember, type Chats } from './chats.ts';

const ADAPTIVE_CARD = 'application/vnd.microsoft.card.adaptive';
/** What Teams takes from a bot. https://learn.microsoft.com/microsoftteams/limits-specifications-teams */
const LARGEST_ACTIVITY = '100kb';

const opening = z.object({
  members: z.array(z.object({ id: z.string() })).length(1),
  tenantId: z.string().nullish(),
  channelData: z.object({ tenant: z.object({ id: z.string() }).nullish() }).nullish(),
});

const activity = z.object({
  type: z.string().min(1),
  text: z.string().nullish(),
  textFormat: z.string().nullish(),
  attachments: z.array(z.object({ contentType: z.string(), content: z.unknown() })).nullish(),
});

/** Serves `v3/conversations…` for the people that `members` gives; everybody else is unknown, as in Teams. */
export function createConnector(chats: Chats, members: () => ChatMember[]): Router {
  const router = Router();
  const isKnown = (conversation: string) =>
    members().some((member) => conversationOf(member) === conversation);
  router.use(express.json({ limit: LARGEST_ACTIVITY }));

  router.post('/v3/conversations', (request, response) => {
    const asked = opening.safeParse(request.body);
    if (!asked.success) return refuse(response, 400, 'BadSyntax');
    const { tenantId, channelData, members: wanted } = asked.data;
    const objectId = wanted[0]?.id.replace(/^29:/, '') ?? '';
    const id = conversationOf({ tenantId: channelData?.tenant?.id ?? tenantId ?? '', objectId });
    if (!isKnown(id)) return refuse(response, 403, 'BotNotInConversationRoster');
    response.status(201).json({ id });
  });

  const post = (request: Request, response: Response) => {
    const conversation = String(request.params.conversation);
    const content = contentOf(request.body);
    if (!content) return refuse(response, 400, 'BadSyntax');
    if (!isKnown(conversation)) return refuse(response, 404, 'ConversationNotFound');
    const id = randomUUID();
    if (content !== 'nothing') chats.add(conversation, { id, from: 'bot', ...content });
    response.status(201).json({ id });
  };
  router.post('/v3/conversations/:conversation/activities', post);
  router.post('/v3/conversations/:conversation/activities/:id', post);

  router.put('/v3/conversations/:conversation/activities/:id', (request, response) => {
    const { conversation, id } = request.params;
    const content = contentOf(request.body);
    if (!content || content === 'nothing') return refuse(response, 400, 'BadSyntax');
    if (!isKnown(conversation)) return refuse(response, 404, 'ConversationNotFound');
    const known = chats.find(conversation, id);
    if (known?.from === 'person') return refuse(response, 403, 'MessageWritesBlocked');
    // Chats are forgotten at a restart and the bot is not: what it edits then is shown again.
    if (known) chats.edit(conversation, id, content);
    else chats.add(conversation, { id, from: 'bot', ...content });
    response.json({ id });
  });

  router.delete('/v3/conversations/:conversation/activities/:id', (request, response) => {
    const { conversation, id } = request.params;
    if (chats.find(conversation, id)?.from !== 'bot') return refuse(response, 404, 'ActivityNotFound');
    chats.remove(conversation, id);
    response.sendStatus(200);
  });

  router.use(onBadBody);
  return router;
}

/** Null for what is no activity, `nothing` for one that leaves no trace in a chat, such as a typing sign. */
function contentOf(body: unknown): ChatContent | 'nothing' | null {
  const parsed = activity.safeParse(body);
  if (!parsed.success) return null;
  const { type, text, textFormat, attachments } = parsed.data;
  if (type !== 'message') return 'nothing';
  const cards = (attachments ?? [])
    .filter(({ contentType }) => contentType === ADAPTIVE_CARD)
    .map(({ content }) => content);
  if (!text && cards.length === 0) return null;
  return { text: text ?? '', textFormat: textFormat === 'plain' ? 'plain' : 'markdown', cards };
}

function refuse(response: Response, status: number, code: string): void {
  response.status(status).json({ error: { code, message: 'The Desk does not take this.' } });
}

const onBadBody: ErrorRequestHandler = (error: { status?: number }, _request, response, next) => {
  if (response.headersSent || !error.status) return next(error);
  refuse(response, error.status, error.status === 413 ? 'MessageSizeTooBig' : 'BadSyntax');
};
