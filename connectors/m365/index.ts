/** Microsoft 365: people, sign-in and groups, through Microsoft Graph v1.0. */
import { z } from 'zod';
import { defineConnector } from '../contract.ts';
import { IdWire } from './schema.ts';
import { openGraph, type GraphApi } from './api.ts';
import { directory } from './directory.ts';
import { sandboxSecrets, startM365Sandbox } from './sandbox.ts';
import { createTokens } from './token.ts';
import { tools } from './tools.ts';

/**
 * The Graph application permissions to grant in every tenant, none wider than needed.
 * Source: https://learn.microsoft.com/graph/permissions-reference. Role-assignable groups stay out of reach on
 * purpose: changing them needs RoleManagement.ReadWrite.Directory.
 */
export const permissions: { permission: string; why: string }[] = [
  { permission: 'User.Read.All', why: 'find people, their manager and whether they are enabled or synced' },
  { permission: 'GroupMember.Read.All', why: 'find groups and who is in them' },
  { permission: 'RoleManagement.Read.Directory', why: 'see directory roles, which decide who must sign' },
  {
    permission: 'AuditLog.Read.All',
    why: 'say who blocked a sign-in and when; optional, unknown without it',
  },
  { permission: 'GroupMember.ReadWrite.All', why: 'm365.add_group_member, m365.remove_group_member' },
  { permission: 'User.EnableDisableAccount.All', why: 'm365.enable_sign_in' },
  { permission: 'User.RevokeSessions.All', why: 'm365.revoke_sessions' },
];

const GRAPH_URL = 'https://graph.microsoft.com';
const LOGIN_URL = 'https://login.microsoftonline.com';
/** National clouds, whose tokens name their own Graph: https://learn.microsoft.com/graph/deployments */
const nationalClouds = ['graph.microsoft.us', 'dod-graph.microsoft.us', 'microsoftgraph.chinacloudapi.cn'];

export const M365Config = z.object({
  /** Of the app registration that every client's tenant has consented to. */
  clientId: z.string().min(1),
  /** Where tokens come from; set it for national clouds. */
  loginUrl: z.url().optional(),
  /** A tenant with consent, for checking the connection; without it the app's own is asked. */
  homeTenantId: z.string().min(1).optional(),
});
export type M365Config = z.infer<typeof M365Config>;

export const M365Secrets = z.object({ clientSecret: z.string().min(1) });
export type M365Secrets = z.infer<typeof M365Secrets>;

export const m365 = defineConnector<GraphApi, M365Config, M365Secrets>({
  id: 'm365',
  name: 'Microsoft 365',
  config: M365Config,
  secrets: M365Secrets,
  open({ url, config, secrets }, http) {
    const graphUrl = url ?? GRAPH_URL;
    const tokens = createTokens({
      loginUrl: config.loginUrl ?? url ?? LOGIN_URL,
      clientId: config.clientId,
      clientSecret: secrets.clientSecret,
      scope: `${nationalClouds.includes(new URL(graphUrl).hostname) ? new URL(graphUrl).origin : GRAPH_URL}/.default`,
    });
    return openGraph({ graphUrl, homeTenantId: config.homeTenantId ?? 'organizations', tokens, http });
  },
  async check(api) {
    await api.tenant(api.homeTenantId).list('users', IdWire, { query: { $select: 'id' }, first: 1 });
  },
  tools,
  directory,
  sandbox: { secrets: sandboxSecrets, start: startM365Sandbox },
});
