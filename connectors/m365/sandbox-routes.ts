/** Graph's routes that the connector uses, over one tenant's records. */
import type { SandboxAnswer, SandboxRequest } from '../sandbox.ts';
import { filterValue, notFound, paged, project, refuse, type Wire } from './sandbox-odata.ts';
import type { SandboxGroup, SandboxTenant } from './sandbox-state.ts';
import { objectTypes } from './schema.ts';

type Route = (tenant: SandboxTenant, request: SandboxRequest) => SandboxAnswer;

const userDefaults = ['displayName', 'givenName', 'mail', 'userPrincipalName'];
const groupDefaults = [
  'displayName',
  'groupTypes',
  'mailEnabled',
  'securityEnabled',
  'isAssignableToRole',
  'onPremisesSyncEnabled',
];
const noContent: SandboxAnswer = { status: 204 };

export const directoryRoutes: Record<string, Route> = {
  'GET /v1.0/users': listUsers,
  'GET /v1.0/users/:userId': (tenant, request) =>
    withUser(tenant, request, (user) => ({ json: project(wire(user), request, userDefaults) })),
  'PATCH /v1.0/users/:userId': updateUser,
  'GET /v1.0/users/:userId/manager': getManager,
  'GET /v1.0/users/:userId/memberOf': (tenant, request) =>
    withUser(tenant, request, ({ id }) => paged(memberOf(tenant, [id]), request, ['displayName'])),
  'GET /v1.0/users/:userId/transitiveMemberOf': (tenant, request) =>
    withUser(tenant, request, ({ id }) =>
      paged(memberOf(tenant, transitively(tenant, id)), request, ['displayName']),
    ),
  'POST /v1.0/users/:userId/revokeSignInSessions': (tenant, request) =>
    withUser(tenant, request, (user) => {
      user.signInSessionsValidFromDateTime = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
      return { json: { value: true } };
    }),
  'GET /v1.0/groups': searchGroups,
  'GET /v1.0/groups/:groupId': (tenant, request) =>
    withGroup(tenant, request, (group) => ({ json: project(wire(group), request, groupDefaults) })),
  'GET /v1.0/groups/:groupId/members': (tenant, request) =>
    withGroup(tenant, request, (group) => paged(objectsOf(tenant, group.members), request, userDefaults)),
  'POST /v1.0/groups/:groupId/members/$ref': addMember,
  'DELETE /v1.0/groups/:groupId/members/:memberId/$ref': removeMember,
  'GET /v1.0/auditLogs/directoryAudits': listAudits,
};

function listUsers(tenant: SandboxTenant, request: SandboxRequest): SandboxAnswer {
  const filter = request.query.get('$filter');
  if (filter === null) return paged(tenant.users.map(wire), request, userDefaults);
  const mail = filterValue(
    filter,
    /^mail eq '((?:[^']|'')*)' or userPrincipalName eq '(?:[^']|'')*'$/,
  )?.toLowerCase();
  if (mail === undefined) return refuse(400, 'Request_UnsupportedQuery', `Unsupported query: ${filter}`);
  const found = tenant.users.filter((user) =>
    [user.mail, user.userPrincipalName].some((name) => name.toLowerCase() === mail),
  );
  return paged(found.map(wire), request, userDefaults);
}

function updateUser(tenant: SandboxTenant, request: SandboxRequest): SandboxAnswer {
  return withUser(tenant, request, (user) => {
    const { accountEnabled, ...others } = (request.body ?? {}) as Wire;
    if (typeof accountEnabled !== 'boolean' || Object.keys(others).length > 0) {
      return refuse(400, 'Request_BadRequest', 'Invalid value specified for a property of the resource.');
    }
    if (user.onPremisesSyncEnabled) {
      return refuse(
        400,
        'Request_BadRequest',
        'Unable to update the specified properties for on-premises mastered Directory Sync objects.',
      );
    }
    user.accountEnabled = accountEnabled;
    return noContent;
  });
}

function getManager(tenant: SandboxTenant, request: SandboxRequest): SandboxAnswer {
  return withUser(tenant, request, ({ id }) => {
    const manager = tenant.users.find((user) => user.id === tenant.managers[id]);
    if (!manager) return notFound('manager');
    return { json: project({ '@odata.type': objectTypes.user, ...manager }, request, userDefaults) };
  });
}

function searchGroups(tenant: SandboxTenant, request: SandboxRequest): SandboxAnswer {
  const search = request.query.get('$search');
  if (search === null) return paged(tenant.groups.map(wire), request, groupDefaults);
  const words = /^"displayName:((?:[^"\\]|\\.)*)"$/.exec(search)?.[1]?.replace(/\\(.)/g, '$1');
  if (request.headers.consistencylevel !== 'eventual' || words === undefined) {
    return refuse(
      400,
      'Request_UnsupportedQuery',
      'Request with $search query parameter only works with the ConsistencyLevel header and "property:words".',
    );
  }
  const asked = tokens(words);
  const found = tenant.groups.filter((group) =>
    asked.every((word) => tokens(group.displayName).some((each) => each.startsWith(word))),
  );
  return paged(found.map(wire), request, groupDefaults);
}

function tokens(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function addMember(tenant: SandboxTenant, request: SandboxRequest): SandboxAnswer {
  return withGroup(tenant, request, (group) => {
    const reference = (request.body as Wire | null)?.['@odata.id'];
    const id = /\/v1\.0\/directoryObjects\/([^/]+)$/.exec(String(reference))?.[1];
    if (!id)
      return refuse(400, 'BadRequest', 'The value of @odata.id is not the address of a directory object.');
    if (!tenant.users.some((user) => user.id === id)) return notFound(id);
    const refused = fixedMembers(group);
    if (refused) return refused;
    if (group.members.includes(id)) {
      return refuse(
        400,
        'Request_BadRequest',
        "One or more added object references already exist for the following modified properties: 'members'.",
      );
    }
    group.members.push(id);
    return noContent;
  });
}

function removeMember(tenant: SandboxTenant, request: SandboxRequest): SandboxAnswer {
  return withGroup(tenant, request, (group) => {
    const id = request.params.memberId ?? '';
    const refused = fixedMembers(group);
    if (refused) return refused;
    if (!group.members.includes(id)) return notFound(id);
    group.members = group.members.filter((member) => member !== id);
    return noContent;
  });
}

function fixedMembers(group: SandboxGroup): SandboxAnswer | null {
  const mail = group.mailEnabled && !group.groupTypes.includes('Unified');
  if (mail)
    return refuse(
      400,
      'Request_BadRequest',
      'Cannot Update a mail-enabled security groups and or distribution list.',
    );
  if (group.onPremisesSyncEnabled)
    return refuse(
      400,
      'Request_BadRequest',
      'Unable to update an on-premises mastered Directory Sync object.',
    );
  if (group.groupTypes.includes('DynamicMembership')) {
    return refuse(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');
  }
  return null;
}

function listAudits(tenant: SandboxTenant, request: SandboxRequest): SandboxAnswer {
  const filter = request.query.get('$filter');
  const pattern =
    /^activityDisplayName eq '(?:[^']|'')*' and targetResources\/any\(t:t\/id eq '((?:[^']|'')*)'\)$/;
  const activity = filterValue(filter, /^activityDisplayName eq '((?:[^']|'')*)'/);
  const targetId = filterValue(filter, pattern);
  if (activity === null || targetId === null)
    return refuse(400, 'BadRequest', `Invalid filter clause: ${filter}`);
  const found = tenant.audits
    .filter(
      (audit) =>
        audit.activityDisplayName === activity && audit.targetResources.some(({ id }) => id === targetId),
    )
    .sort((one, other) => other.activityDateTime.localeCompare(one.activityDateTime));
  return paged(found.map(wire), request, Object.keys(found[0] ?? {}));
}

/** The groups and roles that directly hold one of `ids`. */
function memberOf(tenant: SandboxTenant, ids: string[]): Wire[] {
  const holds = ({ members }: { members: string[] }) => members.some((member) => ids.includes(member));
  return [
    ...tenant.groups.filter(holds).map((group) => ({ '@odata.type': objectTypes.group, ...group })),
    ...tenant.directoryRoles
      .filter(holds)
      .map((role) => ({ '@odata.type': objectTypes.directoryRole, ...role })),
  ];
}

/** The id itself and every group it is in, however deep. */
function transitively(tenant: SandboxTenant, id: string): string[] {
  const ids = [id];
  for (const each of ids) {
    for (const group of tenant.groups)
      if (group.members.includes(each) && !ids.includes(group.id)) ids.push(group.id);
  }
  return ids;
}

function objectsOf(tenant: SandboxTenant, ids: string[]): Wire[] {
  return ids.flatMap<Wire>((id) => {
    const user = tenant.users.find((each) => each.id === id);
    if (user) return [{ '@odata.type': objectTypes.user, ...user }];
    const group = tenant.groups.find((each) => each.id === id);
    return group ? [{ '@odata.type': objectTypes.group, ...group }] : [];
  });
}

function withUser(
  tenant: SandboxTenant,
  request: SandboxRequest,
  answer: (user: SandboxTenant['users'][number]) => SandboxAnswer,
): SandboxAnswer {
  const id = request.params.userId ?? '';
  const user = tenant.users.find((each) => each.id === id);
  return user ? answer(user) : notFound(id);
}

function withGroup(
  tenant: SandboxTenant,
  request: SandboxRequest,
  answer: (group: SandboxGroup) => SandboxAnswer,
): SandboxAnswer {
  const id = request.params.groupId ?? '';
  const group = tenant.groups.find((each) => each.id === id);
  return group ? answer(group) : notFound(id);
}

function wire(record: object): Wire {
  return { ...record };
}
