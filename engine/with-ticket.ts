import type { Notice } from './domain.ts';
import type { House } from './house.ts';
import type { DeliveryRow } from './store/deliveries.ts';
import { findTicket } from './store/tickets.ts';

/** The employee hears the Ticket's number as it is when they hear it. */
export async function withTicket(house: House, delivery: DeliveryRow, notice: Notice): Promise<Notice> {
  if (!('ticket' in notice) || notice.kind === 'alert' || notice.ticket !== null || !delivery.requestId)
    return notice;
  const ticket = await findTicket(house.db.pool, delivery.mspId, delivery.requestId);
  return { ...notice, ticket: ticket?.number ?? null };
}
