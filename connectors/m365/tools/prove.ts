import { ConnectorError, type Verified } from '../../contract.ts';

/** Turns a live check into a verdict; a check that could not be made proves nothing. */
export async function prove(check: () => Promise<boolean | null>): Promise<Verified> {
  try {
    const so = await check();
    if (so === null) return 'unclear';
    return so ? 'done' : 'not_done';
  } catch (error) {
    if (error instanceof ConnectorError) return 'unclear';
    throw error;
  }
}
