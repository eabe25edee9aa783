/** One Msp's settings as a settings file, without secrets: applied again, it changes nothing but their names. */
import { stringify } from 'yaml';
import { z } from 'zod';
import type { Connector } from '../../connectors/contract.ts';
import type { Database } from '../store/database.ts';
import { fieldsOf, placeholder } from './check.ts';

interface Rows {
  workspaces: { channel: string; externalId: string; clientId: string | null }[];
  people: { id: string; name: string; mail: string | null; clientId: string | null; roles: string[] }[];
  identities: { personId: string; channel: string; workspace: string; userId: string; via: string }[];
  policies: { clientId: string | null; tool: string; setting: string; manager: boolean }[];
}

/** Throws when there is no such Msp. */
export async function exportSettings(
  parts: { db: Database; connectors: Connector[] },
  mspId: string,
): Promise<string> {
  const { prisma } = parts.db;
  const msp = await prisma.msp.findUniqueOrThrow({ where: { id: mspId } });
  const clients = await prisma.client.findMany({
    where: { mspId, status: { not: 'archived' } },
    orderBy: { slug: 'asc' },
  });
  const mappings = await prisma.mapping.findMany({ where: { mspId }, orderBy: { connectionId: 'asc' } });
  const found: Rows = {
    workspaces: await prisma.workspace.findMany({
      where: { mspId },
      orderBy: [{ createdAt: 'asc' }, { externalId: 'asc' }],
    }),
    people: await prisma.person.findMany({
      where: { mspId },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    }),
    identities: await prisma.identity.findMany({
      where: { mspId },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    }),
    policies: await prisma.policy.findMany({ where: { mspId }, orderBy: { tool: 'asc' } }),
  };
  const file = {
    msp: {
      slug: msp.slug,
      name: msp.name,
      mode: msp.mode,
      timeZone: msp.timeZone,
      persona: msp.personaName
        ? { name: msp.personaName, iconUrl: msp.personaIconUrl ?? undefined }
        : undefined,
      progress: msp.progress,
      writesWithoutNote: msp.writesWithoutNote,
      prompt: msp.prompt || undefined,
      workspaces: workspacesOf(found, null),
      people: peopleOf(found, null),
    },
    clients: clients.map((client) => ({
      slug: client.slug,
      name: client.name,
      mode: client.mode,
      prompt: client.prompt || undefined,
      workspaces: workspacesOf(found, client.id),
      people: peopleOf(found, client.id),
      mappings: Object.fromEntries(
        mappings
          .filter(({ clientId }) => clientId === client.id)
          .map(({ connectionId, externalId }) => [connectionId, externalId]),
      ),
      policies: policiesOf(found, client.id),
    })),
    connections: await connectionsOf(parts, mspId, clients),
    policies: policiesOf(found, null),
  };
  return stringify(file, { lineWidth: 110 });
}

function workspacesOf({ workspaces }: Rows, clientId: string | null) {
  const ids = (channel: string) =>
    workspaces
      .filter((each) => each.clientId === clientId && each.channel === channel)
      .map((each) => each.externalId);
  return { teams: ids('teams'), slack: ids('slack') };
}

/** Staff, and those whom a file named; the many that were met in chat are met again by themselves. */
function peopleOf(found: Rows, clientId: string | null) {
  const listed = workspacesOf(found, clientId);
  return found.people
    .filter((person) => person.clientId === clientId && person.mail !== null)
    .map((person) => ({
      ...person,
      identities: found.identities.filter((each) => each.personId === person.id),
    }))
    .filter(({ roles, identities }) => roles.length > 0 || identities.some(({ via }) => via === 'settings'))
    .map(({ name, mail, roles, identities }) => {
      const teams = identities.find(
        ({ channel, workspace }) => channel === 'teams' && listed.teams.includes(workspace),
      );
      const slack = identities.find(
        ({ channel, workspace }) => channel === 'slack' && listed.slack.includes(workspace),
      );
      return {
        name,
        mail,
        ...(clientId === null && { roles }),
        teams:
          teams && (listed.teams.length === 1 ? teams.userId : { tenant: teams.workspace, id: teams.userId }),
        slack:
          slack && (listed.slack.length === 1 ? slack.userId : { team: slack.workspace, id: slack.userId }),
      };
    });
}

function policiesOf({ policies }: Rows, clientId: string | null) {
  return Object.fromEntries(
    policies
      .filter((policy) => policy.clientId === clientId)
      .map(({ tool, setting, manager }) => [tool, manager ? { setting, manager } : setting]),
  );
}

const named = z.object({ secrets: z.record(z.string(), z.string()) });

async function connectionsOf(
  parts: { db: Database; connectors: Connector[] },
  mspId: string,
  clients: { id: string; slug: string }[],
) {
  const { prisma } = parts.db;
  const connections = await prisma.connection.findMany({ where: { mspId }, orderBy: { id: 'asc' } });
  const changes = await prisma.settingChange.findMany({
    where: { mspId, what: { in: connections.map(({ id }) => `connection ${id}`) } },
    orderBy: [{ at: 'desc' }, { id: 'desc' }],
  });
  return connections.map((connection) => {
    const told = changes.flatMap((change) => {
      const read = change.what === `connection ${connection.id}` ? named.safeParse(change.after) : null;
      return read?.success ? [read.data.secrets] : [];
    })[0];
    return {
      id: connection.id,
      connector: connection.connector,
      client: clients.find(({ id }) => id === connection.clientId)?.slug,
      url: connection.url ?? undefined,
      sandbox: connection.sandbox || undefined,
      config: connection.config,
      secrets: connection.secrets === null ? undefined : (told ?? guessed(parts.connectors, connection)),
    };
  });
}

/** Names for credentials whose own were never told to us. */
function guessed(connectors: Connector[], { id, connector }: { id: string; connector: string }) {
  const fields = connectors.find((each) => each.id === connector)?.secrets;
  return Object.fromEntries((fields ? fieldsOf(fields) : []).map((field) => [field, placeholder(id, field)]));
}
