/** A small World and ways to open a connection to its ConnectWise sandbox. */
import type { World } from '../../connectors/contract.ts';
import { connectwise } from '../../connectors/connectwise/index.ts';
import type { ConnectwiseSandbox } from '../../connectors/connectwise/sandbox.ts';
import { sandboxLogin, sandboxSecrets } from '../../connectors/connectwise/sandbox.ts';
import { configSchema, type ConnectwiseConfig } from '../../connectors/connectwise/schema.ts';
import { createHttp } from '../../connectors/http.ts';

export const API = '/v4_6_release/apis/3.0';

const person = (id: string, name: string, mail: string) => ({ id, name, mail, roles: [], groups: [] });

export const world: World = {
  clients: [
    {
      slug: 'acme',
      name: 'Acme Corp',
      scopes: { connectwise: '250' },
      people: [
        person('m', 'Maya Lopez', 'maya@acme.example'),
        person('p', 'Priya Shah', 'priya@acme.example'),
      ],
      groups: [],
      articles: [],
    },
    {
      slug: 'birch',
      name: 'Birch Dental',
      scopes: { connectwise: '251' },
      people: [person('b', 'Ben Ito', 'ben@birch.example')],
      groups: [],
      articles: [],
    },
    { slug: 'cedar', name: 'Cedar Legal', scopes: {}, people: [], groups: [], articles: [] },
  ],
};

export const config: ConnectwiseConfig = configSchema.parse({
  companyId: 'northwind',
  publicKey: 'PublicKey1',
  clientId: '7d9d9a3c-0000-4000-8000-000000000000',
  boards: ['Service Desk'],
  statuses: { in_progress: 'In Progress', done: 'Completed' },
});

export interface Opening {
  config?: Partial<ConnectwiseConfig>;
  privateKey?: string;
  createdAt?: Date;
  attemptMs?: number;
}

/** Opens the connector on a sandbox as the engine would. */
export function open(sandbox: { url: string }, opening: Opening = {}) {
  const api = connectwise.open(
    {
      id: 'con_1',
      url: sandbox.url,
      config: { ...config, ...opening.config },
      secrets: { privateKey: opening.privateKey ?? sandboxSecrets.privateKey },
      createdAt: opening.createdAt ?? new Date('2020-01-01T00:00:00Z'),
    },
    (options) => createHttp({ ...options, attemptMs: opening.attemptMs ?? options.attemptMs }),
  );
  const psa = connectwise.psa?.(api);
  if (!psa) throw new Error('the connector has no Psa face');
  return { api, psa };
}

/** Uses the vendor's own API as somebody else: a technician, or the mail connector. */
export async function vendor(
  sandbox: ConnectwiseSandbox,
  who: string,
  method: string,
  path: string,
  body?: unknown,
) {
  const response = await fetch(`${sandbox.url}${API}${path}`, {
    method,
    headers: sandboxLogin(config, who),
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, json: text === '' ? null : (JSON.parse(text) as Record<string, never>) };
}
