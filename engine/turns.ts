import type { House } from './house.ts';

/** What this process is at work on, and whether it was asked for it again meanwhile. */
export type Turns = Map<string, { again: boolean }>;

/**
 * Runs `work` for a key, one at a time within this process: two jobs for one row could both claim it. Whoever
 * comes while it runs leaves word, and it runs once more, so that nothing that changed meanwhile is missed.
 */
export async function takeTurn(
  house: Pick<House, 'atWork'>,
  key: string,
  work: () => Promise<void>,
): Promise<void> {
  const running = house.atWork.get(key);
  if (running) {
    running.again = true;
    return;
  }
  const turn = { again: true };
  house.atWork.set(key, turn);
  try {
    while (turn.again) {
      turn.again = false;
      await work();
    }
  } finally {
    house.atWork.delete(key);
  }
}
