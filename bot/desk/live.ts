/** What the open pages are told as it happens, by server-sent events. */
import type { Response } from 'express';

export interface Live {
  /** Sends the event to every open page. */
  tell(event: string, data: unknown): void;
  /** Keeps the answer open as a stream that begins with this event. */
  join(response: Response, event: string, data: unknown): void;
  isWatched(): boolean;
  /** Ends all streams, so that the server can close. */
  close(): void;
}

/** A lost page tries again after this long. */
const RETRY_MS = 1_000;

/** A set of open pages, none yet. */
export function createLive(): Live {
  const pages = new Set<Response>();
  return {
    tell(event, data) {
      for (const page of pages) page.write(frame(event, data));
    },
    join(response, event, data) {
      response.status(200).set({ 'Content-Type': 'text/event-stream; charset=utf-8' });
      response.write(`retry: ${RETRY_MS}\n\n${frame(event, data)}`);
      pages.add(response);
      response.on('close', () => pages.delete(response));
    },
    isWatched: () => pages.size > 0,
    close() {
      for (const page of pages) page.end();
      pages.clear();
    },
  };
}

function frame(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
