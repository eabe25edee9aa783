/** Hudu: the Msp's documentation. */
import { z } from 'zod';
import { ConnectorError, defineConnector } from '../contract.ts';
import { openHudu, type HuduApi } from './api.ts';
import { sandboxSecrets, startHuduSandbox } from './sandbox.ts';
import { tools } from './tools.ts';

export const HuduConfig = z.object({});
export type HuduConfig = z.infer<typeof HuduConfig>;

/** The key needs no access to passwords, and should not have it. */
export const HuduSecrets = z.object({ apiKey: z.string().min(1) });
export type HuduSecrets = z.infer<typeof HuduSecrets>;

export const hudu = defineConnector<HuduApi, HuduConfig, HuduSecrets>({
  id: 'hudu',
  name: 'Hudu',
  config: HuduConfig,
  secrets: HuduSecrets,
  open({ url, secrets }, http) {
    if (!url) throw new ConnectorError('rejected', 'Hudu needs the address of its server');
    const serverUrl = url.replace(/\/+$/, '');
    const headers = () => ({ 'x-api-key': secrets.apiKey });
    return openHudu(http({ baseUrl: `${serverUrl}/api/v1`, vendor: 'Hudu', headers }), serverUrl);
  },
  check: (api) => api.checkKey(),
  tools,
  documentation: (api) => ({ search: (scope, words) => api.search(scope, words) }),
  sandbox: { secrets: sandboxSecrets, start: startHuduSandbox },
});
