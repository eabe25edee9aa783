/** Everybody's one-to-one chat with the bot, in memory: what a Teams client would show. */

export interface ChatMember {
  /** Entra tenant and object id. */
  tenantId: string;
  objectId: string;
}

/** What was said, in either direction. */
export interface ChatContent {
  text: string;
  textFormat: 'plain' | 'markdown';
  /** Adaptive Cards, as they came. */
  cards: unknown[];
}

export interface ChatEntry extends ChatContent {
  /** Unique across restarts; the bot knows its own messages by it. */
  id: string;
  from: 'bot' | 'person';
  /** ISO instant. */
  at: string;
  /** Counts from 1; more is an edit. */
  revision: number;
  /** True when a person's message did not reach the bot. */
  failed: boolean;
}

export type ChatChange =
  { conversation: string; entry: ChatEntry } | { conversation: string; removed: string };

export interface Chats {
  entries(conversation: string): ChatEntry[];
  /** Null when there is no such entry. */
  find(conversation: string, id: string): ChatEntry | null;
  add(conversation: string, entry: Pick<ChatEntry, 'id' | 'from'> & ChatContent): ChatEntry;
  /** Changes an entry in place; false when there is none. */
  edit(conversation: string, id: string, change: Partial<ChatContent>): boolean;
  markFailed(conversation: string, id: string): void;
  remove(conversation: string, id: string): boolean;
  /** Calls on every change, until the returned function is called. */
  onChange(listener: (change: ChatChange) => void): () => void;
}

/** So many entries of a chat are kept; the oldest go first. */
const LONGEST_CHAT = 300;

/** The chat of somebody with the bot: as in Teams, always the same one. */
export function conversationOf({ tenantId, objectId }: ChatMember): string {
  return `a:${tenantId}:${objectId}`.toLowerCase();
}

/** Chats without anything said in them yet. */
export function createChats(): Chats {
  const chats = new Map<string, ChatEntry[]>();
  const listeners = new Set<(change: ChatChange) => void>();
  const entries = (conversation: string) => chats.get(conversation) ?? [];
  const find = (conversation: string, id: string) =>
    entries(conversation).find((entry) => entry.id === id) ?? null;

  function tell(change: ChatChange): void {
    for (const listener of listeners) listener(change);
  }
  function update(conversation: string, id: string, change: Partial<ChatEntry>): boolean {
    const entry = find(conversation, id);
    if (!entry) return false;
    Object.assign(entry, change);
    tell({ conversation, entry });
    return true;
  }

  return {
    entries,
    find,
    add(conversation, { id, from, text, textFormat, cards }) {
      const at = new Date().toISOString();
      const entry: ChatEntry = { id, from, text, textFormat, cards, at, revision: 1, failed: false };
      chats.set(conversation, [...entries(conversation), entry].slice(-LONGEST_CHAT));
      tell({ conversation, entry });
      return entry;
    },
    edit(conversation, id, change) {
      const revision = (find(conversation, id)?.revision ?? 0) + 1;
      return update(conversation, id, { ...change, revision });
    },
    markFailed: (conversation, id) => void update(conversation, id, { failed: true }),
    remove(conversation, id) {
      const removed = find(conversation, id) !== null;
      chats.set(
        conversation,
        entries(conversation).filter((entry) => entry.id !== id),
      );
      if (removed) tell({ conversation, removed: id });
      return removed;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
