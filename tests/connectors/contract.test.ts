/** What every connector in the list keeps, checked over real HTTP against its own sandbox. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type {
  Call,
  Connector,
  ConnectorError,
  ConnectorErrorKind,
  Json,
  Subject,
  Tool,
} from '../../connectors/contract.ts';
import { createHttp } from '../../connectors/http.ts';
import { connectors } from '../../connectors/index.ts';
import type { Fault } from '../../connectors/sandbox.ts';
import { acme, acmeHudu, finance, lena, maya, practiceWorld, zendesk } from './practice-world.ts';

/** A working config of each connector; a new connector adds its own. */
const configs: Record<string, unknown> = {
  connectwise: {
    companyId: 'northwind',
    publicKey: 'public',
    clientId: 'countersign',
    boards: ['Help Desk'],
  },
  m365: { clientId: 'countersign-app', homeTenantId: acme },
  hudu: {},
};

/** The practice world's Acme in each connector. */
const scopes: Record<string, string> = { connectwise: '250', m365: acme, hudu: acmeHudu };

/** Args for every tool; a new tool adds its own. */
const samples: Record<string, Record<string, Json>> = {
  'm365.get_user': { userId: maya },
  'm365.get_sign_in_state': { userId: lena },
  'm365.list_user_groups': { userId: maya },
  'm365.list_directory_roles': { userId: maya },
  'm365.get_manager': { userId: maya },
  'm365.search_groups': { query: 'Zendesk' },
  'm365.list_group_members': { groupId: finance },
  'm365.enable_sign_in': { userId: lena },
  'm365.add_group_member': { userId: maya, groupId: zendesk },
  'm365.remove_group_member': { userId: maya, groupId: finance },
  'm365.revoke_sessions': { userId: maya },
  'hudu.search_articles': { query: 'Zendesk' },
  'hudu.get_article': { articleId: '1' },
};

/** A name of the length that vendors allow. */
const longSubjects = (args: Record<string, Json>): Subject[] =>
  Object.values(args).map((id) => ({
    kind: 'user',
    id: String(id),
    name: 'N'.repeat(256),
    privileged: false,
    roles: [],
  }));

type AnyTool = Tool<unknown, Record<string, Json>>;
const toolsOf = (connector: Connector) => connector.tools as unknown as AnyTool[];

/** Opens a connector on its own sandbox. */
async function open(connector: Connector) {
  const config: unknown = connector.config.parse(configs[connector.id]);
  const { secrets, start } = connector.sandbox!;
  const sandbox = await start(practiceWorld(), config);
  const connection = { id: 'con_1', url: sandbox.url, config, secrets, createdAt: new Date() };
  const api = connector.open(connection, (options) => createHttp({ ...options, attemptMs: 1_000 }));
  const call: Call<unknown> = { api, scope: scopes[connector.id] ?? '', key: 'stp_1', startedAt: new Date() };
  const control = async (path: string, body?: Fault[]) => {
    const answer = await fetch(`${sandbox.url}/_sandbox/${path}`, {
      method: body ? 'POST' : 'GET',
      body: body && JSON.stringify(body),
    });
    return answer.text();
  };
  return {
    api,
    call,
    close: sandbox.close,
    fault: (fault: Fault) => control('faults', [fault]),
    state: () => control('state'),
  };
}

it('has one connector for each id', () => {
  const ids = connectors.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(expect.arrayContaining(['connectwise', 'm365', 'hudu']));
});

describe.each(connectors.map((connector) => [connector.id, connector] as const))(
  'the connector %s',
  (id, connector) => {
    let opened: Awaited<ReturnType<typeof open>>;
    beforeEach(async () => void (opened = await open(connector)));
    afterEach(() => opened.close());

    it('has schemas that a settings page can be made from', () => {
      for (const schema of [connector.config, connector.secrets])
        expect(z.toJSONSchema(schema)).toMatchObject({ type: 'object' });
    });

    it('passes its own check in its sandbox', async () => {
      await expect(connector.check(opened.api)).resolves.toBeUndefined();
    });

    it.each<[ConnectorErrorKind, Omit<Fault, 'match'>]>([
      ['unauthorized', { kind: 'status', status: 401 }],
      ['forbidden', { kind: 'status', status: 403 }],
      ['not_found', { kind: 'status', status: 404 }],
      ['rate_limited', { kind: 'status', status: 429, retryAfter: '60' }],
      ['unavailable', { kind: 'status', status: 500 }],
      ['unavailable', { kind: 'hang' }],
      ['bad_answer', { kind: 'garbage' }],
    ])('says %s through its check when the vendor ends in %j', async (kind, fault) => {
      // The first check gets whatever token there is to get, so that the fault meets the vendor's API.
      await connector.check(opened.api);
      await opened.fault({ match: '', ...fault });
      const error = (await connector.check(opened.api).then(
        () => null,
        (thrown: unknown) => thrown,
      )) as ConnectorError | null;
      expect(error).toMatchObject({ name: 'ConnectorError', kind, mayHaveActed: false });
      if (kind === 'rate_limited') expect(error?.retryAfterMs).toBe(60_000);
    });

    it('is unauthorized with wrong secrets', async () => {
      const wrong = Object.fromEntries(
        Object.keys(connector.sandbox!.secrets as object).map((name) => [name, 'wrong']),
      );
      const sandbox = await connector.sandbox!.start(practiceWorld(), connector.config.parse(configs[id]));
      const config: unknown = connector.config.parse(configs[id]);
      const api = connector.open(
        { id: 'con_1', url: sandbox.url, config, secrets: wrong, createdAt: new Date() },
        createHttp,
      );
      await expect(connector.check(api)).rejects.toMatchObject({ kind: 'unauthorized' });
      await sandbox.close();
    });

    describe
      .skipIf(connector.tools.length === 0)
      .each(toolsOf(connector).map((tool) => [tool.name, tool] as const))('%s', (name, tool) => {
      const args = samples[name] ?? {};
      afterEach(() => void vi.useRealTimers());

      it('is named <connector>.<verb>_<object> and has a version and a summary', () => {
        expect(name).toMatch(new RegExp(`^${id}\\.[a-z]+(_[a-z0-9]+)+$`));
        expect(tool.version).toBeGreaterThanOrEqual(1);
        expect(tool.summary).toMatch(/^\S.+\.$/);
      });

      it('has args that make a JSON schema and accept its sample, and nothing unknown', () => {
        expect(samples, `add sample args of ${name}`).toHaveProperty([name]);
        expect(z.toJSONSchema(tool.args)).toMatchObject({ type: 'object', additionalProperties: false });
        expect(tool.args.safeParse(args).success).toBe(true);
        expect(tool.args.safeParse({ ...args, unknown: 1 }).success).toBe(false);
      });

      it('describes itself the same way every time, in one short line', () => {
        const sentence = tool.describe(args, longSubjects(args));
        expect(tool.describe(args, longSubjects(args))).toBe(sentence);
        expect(sentence.length).toBeLessThan(200);
        expect(sentence).toMatch(/^[^\n]+$/);
        expect(tool.describe(args, [])).toMatch(/^[^\n]{1,199}$/);
      });

      it('gives a result that is plain JSON', async () => {
        const { result } = await tool.run(opened.call, args);
        expect(JSON.parse(JSON.stringify(result))).toEqual(result);
      });

      if (tool.effect === 'read') {
        it('changes nothing', async () => {
          const before = await opened.state();
          await tool.run(opened.call, args);
          expect(await opened.state()).toBe(before);
        });
        return;
      }

      it('shows whom it acts on, what changes and how that is proven, and changes nothing by it', async () => {
        const before = await opened.state();
        const subjects = await tool.subjects!(opened.call, args);
        expect(subjects.length).toBeGreaterThan(0);
        expect(tool.describe(args, subjects)).toContain(subjects[0]!.name);
        const change = await tool.preview!(opened.call, args);
        expect(change.before).not.toBe(change.after);
        expect(await tool.preconditions?.(opened.call, args)).toBeFalsy();
        expect(await tool.verify!(opened.call, args)).toBe('not_done');
        expect(await opened.state()).toBe(before);
      });

      it('is proven after it ran', async () => {
        await tool.run(opened.call, args);
        expect(await tool.verify!(opened.call, args)).toBe('done');
      });

      it('proves nothing while the vendor does not answer', async () => {
        await opened.fault({ match: '', kind: 'status', status: 403 });
        expect(await tool.verify!(opened.call, args)).toBe('unclear');
      });

      if (tool.effect === 'once') return;
      it('leaves the same state when it runs twice', async () => {
        vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-21T09:02:00Z') });
        await tool.run(opened.call, args);
        const once = await opened.state();
        await tool.run(opened.call, args);
        expect(await opened.state()).toBe(once);
      });
    });
  },
);
