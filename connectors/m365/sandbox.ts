/** A stand-in for Entra's token endpoint and Microsoft Graph, many tenants in one. */
import { randomUUID } from 'node:crypto';
import type { World } from '../contract.ts';
import {
  startSandbox,
  type Sandbox,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxRoutes,
} from '../sandbox.ts';
import { directoryRoutes } from './sandbox-routes.ts';
import { refuse } from './sandbox-odata.ts';
import { stateOf, type M365State, type SandboxTenant } from './sandbox-state.ts';

export const sandboxSecrets = { clientSecret: 'sandbox-client-secret' };

/** What the app's own tenant holds: nobody. */
const home = 'organizations';
const homeTenant: SandboxTenant = { users: [], groups: [], directoryRoles: [], managers: {}, audits: [] };

const TOKEN_SECONDS = 3_599;

/** Starts it on loopback; `url` serves both tokens (`/<tenant>/oauth2/v2.0/token`) and Graph (`/v1.0`). */
export function startM365Sandbox(
  world: World,
  config: { clientId: string },
  port?: number,
): Promise<Sandbox<M365State>> {
  const state = stateOf(world);
  /** Token -> tenant. */
  const issued = new Map<string, string>();
  const tenantOf = (request: SandboxRequest): SandboxTenant | undefined => {
    const tenantId = issued.get(/^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '');
    return tenantId === home ? homeTenant : state[tenantId ?? ''];
  };

  return startSandbox<M365State>({
    state,
    port,
    routes: {
      'POST /:tenant/oauth2/v2.0/token': (request) => issueToken(request, state, config.clientId, issued),
      ...inTenant(directoryRoutes, tenantOf),
    },
    authorize: (request) => {
      if (!request.path.startsWith('/v1.0/') || tenantOf(request)) return null;
      return refuse(401, 'InvalidAuthenticationToken', 'Access token validation failure. Invalid token.');
    },
    notFound: (request) =>
      refuse(400, 'BadRequest', `Resource not found for the segment '${request.path.split('/')[2] ?? ''}'.`),
  });
}

function inTenant(
  routes: Record<string, (tenant: SandboxTenant, request: SandboxRequest) => SandboxAnswer>,
  tenantOf: (request: SandboxRequest) => SandboxTenant | undefined,
): SandboxRoutes {
  return Object.fromEntries(
    Object.entries(routes).map(([route, answer]) => [
      route,
      (request: SandboxRequest) => answer(tenantOf(request) ?? homeTenant, request),
    ]),
  );
}

function issueToken(
  request: SandboxRequest,
  state: M365State,
  clientId: string,
  issued: Map<string, string>,
): SandboxAnswer {
  const form = (request.body ?? {}) as Record<string, string | undefined>;
  const tenantId = request.params.tenant ?? '';
  if (tenantId !== home && !Object.hasOwn(state, tenantId))
    return noToken(400, 'invalid_request', `AADSTS90002: Tenant '${tenantId}' not found.`);
  if (form.grant_type !== 'client_credentials')
    return noToken(400, 'unsupported_grant_type', 'AADSTS70003: The grant type is not supported.');
  if (!form.scope?.endsWith('/.default'))
    return noToken(400, 'invalid_scope', 'AADSTS1002012: The scope must end with /.default.');
  if (form.client_id !== clientId)
    return noToken(400, 'unauthorized_client', 'AADSTS700016: Application was not found in the directory.');
  if (form.client_secret !== sandboxSecrets.clientSecret)
    return noToken(401, 'invalid_client', 'AADSTS7000215: Invalid client secret provided.');
  const token = `sandbox-${randomUUID()}`;
  issued.set(token, tenantId);
  return {
    json: {
      token_type: 'Bearer',
      expires_in: TOKEN_SECONDS,
      ext_expires_in: TOKEN_SECONDS,
      access_token: token,
    },
  };
}

function noToken(status: number, error: string, description: string): SandboxAnswer {
  return {
    status,
    json: {
      error,
      error_description: description,
      trace_id: randomUUID(),
      timestamp: new Date().toISOString(),
    },
  };
}
