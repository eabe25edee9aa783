/** What the Desk shows, as it is handed over and as the page gets it. */
import type { ChatEntry } from './chats.ts';

export interface DeskPerson {
  slug: string;
  name: string;
  mail: string;
  /** A few words: "Technician", "Sign-in blocked", "Global Administrator"; empty when nothing is special. */
  role: string;
  /** Entra tenant and object id. */
  tenantId: string;
  objectId: string;
  /** Name of the Client; of the Msp for its staff. */
  client: string;
  /** The mode in force there. */
  mode: 'plan' | 'execute';
  staff: boolean;
}

export interface DeskTicket {
  id: string;
  number: string;
  client: string;
  summary: string;
  status: string;
  /** Name of who it is for. */
  contact: string;
  /** In order. `text` is Markdown, `at` an ISO instant. */
  notes: { visibility: 'internal' | 'public'; text: string; at: string; by: string }[];
}

/** What a page is told first; afterwards come the events `chat`, `people` and `tickets`. */
export interface DeskState {
  /** Another one after a restart. */
  run: string;
  people: DeskPerson[];
  /** By slug. */
  chats: Record<string, ChatEntry[]>;
  /** In any order. */
  tickets: DeskTicket[];
}
