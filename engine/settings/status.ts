/** How things stand in one Msp, for its own people. */
import type { ClientMode, ClientStatus, Mode } from '../domain.ts';
import type { Database } from '../store/database.ts';
import { openApprovals } from './approvals.ts';

export interface Stop {
  at: Date;
  by: string;
}

export interface Status {
  msp: { name: string; mode: Mode; timeZone: string; stopped: Stop | null };
  clients: { name: string; status: ClientStatus; mode: ClientMode; effective: Mode; stopped: Stop | null }[];
  /** `client` is null for the Msp's own; `problem` is what is known to be wrong, null when nothing is. */
  connections: {
    id: string;
    connector: string;
    client: string | null;
    sandbox: boolean;
    problem: string | null;
  }[];
  openApprovals: number;
  /** Messages and notes on their way out, those among them that failed at least once, and those given up. */
  deliveries: { waiting: number; late: number; failed: number };
}

const waiting = { in: ['pending', 'sending'] };

export async function getStatus(db: Database, mspId: string): Promise<Status> {
  const order = [{ name: 'asc' as const }, { id: 'asc' as const }];
  const [msp, clients, connections, staff] = await Promise.all([
    db.prisma.msp.findUniqueOrThrow({ where: { id: mspId } }),
    db.prisma.client.findMany({ where: { mspId }, orderBy: order }),
    db.prisma.connection.findMany({ where: { mspId }, orderBy: { id: 'asc' } }),
    db.prisma.person.findMany({ where: { mspId, clientId: null }, select: { id: true, name: true } }),
  ]);
  const stopOf = (row: { stoppedAt: Date | null; stoppedBy: string | null }): Stop | null =>
    row.stoppedAt && {
      at: row.stoppedAt,
      by: staff.find(({ id }) => id === row.stoppedBy)?.name ?? 'somebody',
    };
  return {
    msp: { name: msp.name, mode: msp.mode as Mode, timeZone: msp.timeZone, stopped: stopOf(msp) },
    clients: clients.map((client) => ({
      name: client.name,
      status: client.status as ClientStatus,
      mode: client.mode as ClientMode,
      effective: (client.mode === 'inherit' ? msp.mode : client.mode) as Mode,
      stopped: stopOf(client),
    })),
    connections: connections.map(({ id, connector, clientId, sandbox, status, statusReason }) => ({
      id,
      connector,
      client: clients.find((client) => client.id === clientId)?.name ?? null,
      sandbox,
      problem: status === 'active' ? null : (statusReason ?? status),
    })),
    ...(await countsOf(db, mspId)),
  };
}

async function countsOf(db: Database, mspId: string): Promise<Pick<Status, 'openApprovals' | 'deliveries'>> {
  const [open, all, late, failed] = await Promise.all([
    openApprovals(db, mspId),
    db.prisma.delivery.count({ where: { mspId, state: waiting } }),
    db.prisma.delivery.count({ where: { mspId, state: waiting, error: { not: null } } }),
    db.prisma.delivery.count({ where: { mspId, state: 'failed' } }),
  ]);
  return { openApprovals: open.length, deliveries: { waiting: all, late, failed } };
}

export async function getTimeZone(db: Database, mspId: string): Promise<string> {
  return (await db.prisma.msp.findUniqueOrThrow({ where: { id: mspId }, select: { timeZone: true } }))
    .timeZone;
}
