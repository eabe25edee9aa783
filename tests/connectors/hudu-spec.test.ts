/** Hudu's own document lies outside this repository; without it these are skipped with a printed reason. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HuduApi } from '../../connectors/hudu/api.ts';
import { hudu } from '../../connectors/hudu/index.ts';
import { sandboxSecrets, startHuduSandbox, type HuduState } from '../../connectors/hudu/sandbox.ts';
import { createHttp } from '../../connectors/http.ts';
import type { Sandbox } from '../../connectors/sandbox.ts';
import { acmeHudu, practiceWorld } from './practice-world.ts';
import { checkAnswer, checkRequest, loadSpec } from './spec.ts';

const spec = await loadSpec('hudu');

describe.skipIf(!spec)("Hudu's document", () => {
  let sandbox: Sandbox<HuduState>;
  beforeAll(async () => {
    sandbox = await startHuduSandbox(practiceWorld(), {});
    const connection = {
      id: 'con_hudu',
      url: sandbox.url,
      config: {},
      secrets: sandboxSecrets,
      createdAt: new Date(),
    };
    const api = hudu.open(connection, createHttp) as HuduApi;
    await api.checkKey();
    await api.search(acmeHudu, 'zendesk');
    await api.find(acmeHudu, '1');
  });
  afterAll(() => sandbox.close());

  it('knows every request that we send', () => {
    expect(sandbox.calls).toHaveLength(4);
    expect(sandbox.calls.flatMap((call) => checkRequest(spec!, call))).toEqual([]);
  });

  it('knows every answer of the sandbox', async () => {
    for (const { method, path } of [...sandbox.calls]) {
      const answer = await fetch(sandbox.url + path, { headers: { 'x-api-key': sandboxSecrets.apiKey } });
      // Hudu's document marks no field as nullable, although Hudu answers with nulls.
      const body: unknown = JSON.parse(await answer.text(), (_, value: unknown) => value ?? undefined);
      expect(checkAnswer(spec!, { method, path, status: answer.status, body })).toEqual([]);
    }
  });

  it.each([
    ['GET', '/articles?company_id=acme'],
    ['GET', '/articles?page=first'],
    ['GET', '/articles/zendesk-access'],
    ['POST', '/api_info'],
  ])('refuses %s %s', (method, path) => {
    expect(checkRequest(spec!, { method, path, headers: { 'x-api-key': 'x' } })).not.toEqual([]);
  });

  it.each([
    ['/articles', { articles: [{ id: 'one' }] }],
    ['/articles/1', { article: { draft: 'no' } }],
    ['/api_info', { version: 2 }],
  ])('refuses a wrong answer of %s', (path, body) => {
    expect(checkAnswer(spec!, { method: 'GET', path, status: 200, body })).not.toEqual([]);
  });
});
