/**
 * The Desk: a local page with an employee's chat, a technician's inbox and the Ticket side by side. It plays
 * Teams towards the real Bot Framework endpoint, so it exists in sandbox mode only, for this machine only.
 */
import { randomUUID } from 'node:crypto';
import express, { Router, type IRouter } from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import { createAssets } from './assets.ts';
import { conversationOf, createChats, type Chats } from './chats.ts';
import { createConnector } from './connector.ts';
import { deskGate, deskHeaders } from './gate.ts';
import { createLive, type Live } from './live.ts';
import type { DeskPerson, DeskState, DeskTicket } from './state.ts';
import { createTeamsClient, type TeamsClient } from './teams-client.ts';

export type { DeskPerson, DeskTicket } from './state.ts';

export interface DeskOptions {
  /** Gets `/` and everything under `/desk`. */
  express: IRouter;
  /** Where this server listens on 127.0.0.1. */
  port(): number;
  /** Asked again and again while a page is open, for a Client's mode may change. */
  people(): Promise<DeskPerson[]>;
  /** Likewise. */
  tickets(): Promise<DeskTicket[]>;
  log: Logger;
}

export interface Desk {
  /** Call once the server listens: the bot is added to everybody's chats, so that it can write first. */
  open(): Promise<void>;
  /** Ends all streams and timers. */
  close(): void;
}

/** While a page is open, people and tickets are read this often. */
const LOOK_MS = 1_000;

/** Adds the routes of the Desk; nobody is in it before `open`. */
export function startDesk({ express: app, port, people, tickets, log }: DeskOptions): Desk {
  const state = { run: randomUUID(), people: [] as DeskPerson[], tickets: [] as DeskTicket[] };
  const last = { people: '[]', tickets: '[]' };
  const chats = createChats();
  const live = createLive();
  const teams = createTeamsClient(chats, port);

  async function update<K extends 'people' | 'tickets'>(what: K, read: () => Promise<(typeof state)[K]>) {
    try {
      const now = await read();
      const spelled = JSON.stringify(now);
      if (spelled === last[what]) return;
      last[what] = spelled;
      state[what] = now;
      live.tell(what, now);
    } catch (error) {
      log.warn({ what, error: error instanceof Error ? error.name : 'unknown' }, 'the Desk could not look');
    }
  }
  const look = oneAtATime(async () => {
    await update('people', people);
    await update('tickets', tickets);
  });
  const stopListening = chats.onChange(({ conversation, ...change }) => {
    const person = state.people.find((each) => conversationOf(each) === conversation);
    if (person) live.tell('chat', { slug: person.slug, ...change });
    if (live.isWatched()) void look();
  });
  const timer = setInterval(() => void (live.isWatched() && look()), LOOK_MS).unref();

  const chatsBySlug = () =>
    state.people.map((person) => [person.slug, chats.entries(conversationOf(person))]);
  const snapshot = (): DeskState => ({ ...state, chats: Object.fromEntries(chatsBySlug()) });
  app.use(createRoutes({ people: () => state.people, snapshot, chats, live, teams, look }));

  return {
    async open() {
      await look();
      for (const person of state.people)
        if (!(await teams.install(person))) log.warn({ person: person.slug }, 'the bot could not be added');
    },
    close() {
      clearInterval(timer);
      stopListening();
      live.close();
    },
  };
}

interface Parts {
  people(): DeskPerson[];
  snapshot(): DeskState;
  chats: Chats;
  live: Live;
  teams: TeamsClient;
  look(): Promise<void>;
}

const sayBody = z.object({ as: z.string(), text: z.string().trim().min(1).max(8_000) });
const actBody = z.object({
  as: z.string(),
  activityId: z.string().min(1),
  verb: z.string().min(1),
  data: z.record(z.string(), z.unknown()),
});

function createRoutes({ people, snapshot, chats, live, teams, look }: Parts): Router {
  const personOf = (slug: string) => people().find((person) => person.slug === slug);
  const router = Router();
  router.all(['/', '/desk', '/desk/{*rest}'], deskGate, deskHeaders);
  router.use(createAssets());
  router.use('/desk/bot', createConnector(chats, people));
  router.get('/desk/state', async (_request, response) => {
    await look();
    response.json(snapshot());
  });
  router.get('/desk/events', (_request, response) => {
    live.join(response, 'state', snapshot());
    void look();
  });
  router.post('/desk/say', express.json(), async (request, response) => {
    const body = sayBody.safeParse(request.body);
    if (!body.success) return void response.sendStatus(400);
    const person = personOf(body.data.as);
    if (!person) return void response.sendStatus(404);
    response.sendStatus((await teams.say(person, body.data.text)) ? 204 : 502);
  });
  router.post('/desk/act', express.json(), async (request, response) => {
    const body = actBody.safeParse(request.body);
    if (!body.success) return void response.sendStatus(400);
    const person = personOf(body.data.as);
    if (!person || !chats.find(conversationOf(person), body.data.activityId))
      return void response.sendStatus(404);
    response.json({ toast: await teams.act(person, body.data) });
  });
  return router;
}

/** One run at a time; all calls during a run share one more after it. `run` must not reject. */
function oneAtATime(run: () => Promise<void>): () => Promise<void> {
  let last = Promise.resolve();
  let waiting: Promise<void> | null = null;
  return () =>
    (waiting ??= last =
      last.then(() => {
        waiting = null;
        return run();
      }));
}
