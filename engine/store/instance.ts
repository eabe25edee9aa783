import { randomInt } from 'node:crypto';
import pg from 'pg';

/** This process among all that share the database: a number that is held for as long as it lives. */
export interface Instance {
  number: number;
  close(): Promise<void>;
}

/**
 * Holds the advisory lock (7321, number) on a session of its own, and takes it again when the session is lost.
 * SQL's `instance_alive(number)` says whether work claimed by a number still belongs to a living process.
 */
export async function joinAsInstance(url: string, onError: (error: Error) => void): Promise<Instance> {
  const number = randomInt(1, 2_000_000_000);
  let closed = false;
  let client = await hold();

  async function hold(): Promise<pg.Client> {
    const session = new pg.Client({ connectionString: url, keepAlive: true });
    // One loss may be several errors, but only one end.
    session.on('error', onError);
    try {
      await session.connect();
      await session.query('SELECT pg_advisory_lock(7321, $1)', [number]);
    } catch (error) {
      await session.end().catch(onError);
      throw error;
    }
    session.once('end', () => {
      if (!closed) void again();
    });
    return session;
  }

  async function again(): Promise<void> {
    while (!closed) {
      try {
        client = await hold();
        return;
      } catch (error) {
        onError(error as Error);
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    }
  }

  return {
    number,
    async close() {
      closed = true;
      await client.end().catch(onError);
    },
  };
}
