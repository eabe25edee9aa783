/** The Graph sandbox's records: wire shapes, plain JSON, keyed by tenant id. */
import type { World, WorldClient } from '../contract.ts';

export interface SandboxUser {
  id: string;
  displayName: string;
  givenName: string;
  mail: string;
  userPrincipalName: string;
  userType: 'Member' | 'Guest';
  accountEnabled: boolean;
  onPremisesSyncEnabled: boolean | null;
  signInSessionsValidFromDateTime: string;
  signInActivity: { lastSignInDateTime: string; lastSuccessfulSignInDateTime: string } | null;
}

export interface SandboxGroup {
  id: string;
  displayName: string;
  groupTypes: string[];
  mailEnabled: boolean;
  securityEnabled: boolean;
  isAssignableToRole: boolean | null;
  onPremisesSyncEnabled: boolean | null;
  /** Ids of users and groups. */
  members: string[];
}

export interface SandboxAudit {
  id: string;
  activityDateTime: string;
  activityDisplayName: string;
  result: string;
  initiatedBy: {
    user: { displayName: string | null; userPrincipalName: string | null } | null;
    app: { displayName: string | null } | null;
  };
  targetResources: { id: string; displayName: string; type: string }[];
}

export interface SandboxTenant {
  users: SandboxUser[];
  groups: SandboxGroup[];
  /** `members` are ids of users and groups. */
  directoryRoles: { id: string; displayName: string; members: string[] }[];
  /** User id -> manager's user id. */
  managers: Record<string, string>;
  audits: SandboxAudit[];
}

/** Tenant id -> what is in it. */
export type M365State = Record<string, SandboxTenant>;

const LONG_AGO = '2026-01-05T08:00:00Z';

export function stateOf(world: World): M365State {
  return Object.fromEntries(
    world.clients.flatMap((client) => (client.scopes.m365 ? [[client.scopes.m365, tenantOf(client)]] : [])),
  );
}

function tenantOf(client: WorldClient): SandboxTenant {
  const roleNames = [...new Set(client.people.flatMap((person) => person.roles))];
  return {
    users: client.people.map(userOf),
    groups: client.groups.map((group) => ({
      id: group.id,
      displayName: group.name,
      groupTypes: [],
      mailEnabled: false,
      securityEnabled: true,
      isAssignableToRole: null,
      onPremisesSyncEnabled: null,
      // A person's groups are given by id or by name.
      members: client.people
        .filter(({ groups }) => groups.includes(group.id) || groups.includes(group.name))
        .map(({ id }) => id),
    })),
    directoryRoles: roleNames.map((name, index) => ({
      id: `role-${index + 1}`,
      displayName: name,
      members: client.people.filter((person) => person.roles.includes(name)).map((person) => person.id),
    })),
    managers: Object.fromEntries(
      client.people.flatMap(({ id, managerId }) => (managerId ? [[id, managerId]] : [])),
    ),
    audits: client.people.flatMap(auditsOf),
  };
}

function userOf(person: WorldClient['people'][number]): SandboxUser {
  return {
    id: person.id,
    displayName: person.name,
    givenName: person.name.split(' ')[0] ?? person.name,
    mail: person.mail,
    userPrincipalName: person.mail,
    userType: 'Member',
    accountEnabled: !person.blocked,
    onPremisesSyncEnabled: null,
    signInSessionsValidFromDateTime: LONG_AGO,
    signInActivity: { lastSignInDateTime: LONG_AGO, lastSuccessfulSignInDateTime: LONG_AGO },
  };
}

/** The audit log knows of a block only when the world says who or when. */
function auditsOf(person: WorldClient['people'][number]): SandboxAudit[] {
  const { by, at } = person.blocked ?? {};
  if (!by && !at) return [];
  return [
    {
      id: `audit-${person.id}`,
      activityDateTime: at ?? LONG_AGO,
      activityDisplayName: 'Disable account',
      result: 'success',
      initiatedBy: { user: { displayName: by ?? null, userPrincipalName: null }, app: null },
      targetResources: [{ id: person.id, displayName: person.name, type: 'User' }],
    },
  ];
}
