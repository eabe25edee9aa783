/** ConnectWise PSA (Manage): the tickets of an MSP. It has no tools: the engine uses its Psa face. */
import { defineConnector } from '../contract.ts';
import { openConnectwise } from './api.ts';
import { connectwisePsa } from './psa.ts';
import { startConnectwiseSandbox, sandboxSecrets } from './sandbox.ts';
import { configSchema, secretsSchema } from './schema.ts';
import { parseWebhook } from './webhook.ts';

export const connectwise = defineConnector({
  id: 'connectwise',
  name: 'ConnectWise PSA',
  config: configSchema,
  secrets: secretsSchema,
  open: openConnectwise,
  check: (api) => api.info(),
  tools: [],
  psa: connectwisePsa,
  webhook: parseWebhook,
  sandbox: { secrets: sandboxSecrets, start: startConnectwiseSandbox },
});
