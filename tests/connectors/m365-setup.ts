/** Opens the Microsoft 365 connector on a sandbox of the practice world. */
import type { Call, ConnectorError, Json, Tool } from '../../connectors/contract.ts';
import { createHttp } from '../../connectors/http.ts';
import type { GraphApi } from '../../connectors/m365/api.ts';
import { directory } from '../../connectors/m365/directory.ts';
import { m365 } from '../../connectors/m365/index.ts';
import { sandboxSecrets, startM365Sandbox } from '../../connectors/m365/sandbox.ts';
import { tools } from '../../connectors/m365/tools.ts';
import { acme, practiceWorld } from './practice-world.ts';

export const config = { clientId: 'countersign-app' };

export type Args = Record<string, Json>;

export async function startM365(secrets: { clientSecret: string } = sandboxSecrets) {
  const sandbox = await startM365Sandbox(practiceWorld(), config);
  const connection = { id: 'con_m365', url: sandbox.url, config, secrets, createdAt: new Date() };
  const api = m365.open(connection, createHttp) as GraphApi;
  const callFor = (scope: string, startedAt?: Date): Call<GraphApi> => ({
    api,
    scope,
    key: 'stp_1',
    startedAt,
  });

  return {
    sandbox,
    api,
    callFor,
    directory: directory(api),
    tool: toolNamed,
    run: async (name: string, args: Args, scope = acme) =>
      (await toolNamed(name).run(callFor(scope), args)).result,
    paths: () =>
      sandbox.calls
        .filter(({ path }) => path.startsWith('/v1.0'))
        .map(({ method, path }) => `${method} ${decodeURIComponent(path)}`),
    tokensAsked: () =>
      sandbox.calls.filter(({ path }) => path.endsWith('/token')).map(({ path }) => path.split('/')[1]),
  };
}
export type M365Setup = Awaited<ReturnType<typeof startM365>>;

/** Every member of a tool, with args parsed as the gateway does. */
function toolNamed(name: string): Required<Tool<GraphApi, Args>> {
  const found = tools.find((tool) => tool.name === `m365.${name}`);
  if (!found) throw new Error(`no tool m365.${name}`);
  return found as unknown as Required<Tool<GraphApi, Args>>;
}

/** The kind of the ConnectorError that it ends with; `fulfilled` when it does not. */
export async function kindOf(asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
    return 'fulfilled';
  } catch (error) {
    return (error as ConnectorError).kind;
  }
}
