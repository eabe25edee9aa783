import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HuduApi } from '../../connectors/hudu/api.ts';
import { hudu } from '../../connectors/hudu/index.ts';
import { sandboxSecrets, startHuduSandbox, type HuduState } from '../../connectors/hudu/sandbox.ts';
import { tools } from '../../connectors/hudu/tools.ts';
import type { ConnectorError, Json, Tool } from '../../connectors/contract.ts';
import { createHttp } from '../../connectors/http.ts';
import type { Sandbox } from '../../connectors/sandbox.ts';
import { acmeHudu, birchHudu, practiceWorld } from './practice-world.ts';

let sandbox: Sandbox<HuduState>;
let api: HuduApi;
beforeEach(async () => {
  sandbox = await startHuduSandbox(practiceWorld(), {});
  api = open(sandboxSecrets.apiKey);
});
afterEach(async () => {
  const paths = sandbox.calls.map(({ path }) => path).join();
  await sandbox.close();
  expect(paths).not.toContain('password');
});

const open = (apiKey: string) =>
  hudu.open(
    { id: 'con_hudu', url: sandbox.url, config: {}, secrets: { apiKey }, createdAt: new Date() },
    createHttp,
  ) as HuduApi;

async function run(name: string, args: Record<string, Json>, scope = acmeHudu): Promise<Json> {
  const tool = tools.find((each) => each.name === `hudu.${name}`) as unknown as Tool<
    HuduApi,
    Record<string, Json>
  >;
  return (await tool.run({ api, scope, key: 'stp_1' }, args)).result;
}

const titles = async (query: string, scope = acmeHudu) =>
  ((await run('search_articles', { query }, scope)) as { title: string }[]).map(({ title }) => title);
const addArticle = (change: Partial<HuduState['articles'][number]>) =>
  sandbox.state.articles.push({
    ...sandbox.state.articles[0]!,
    id: 500 + sandbox.state.articles.length,
    ...change,
  });
const kindOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 'fulfilled',
    (error: ConnectorError) => error.kind,
  );

describe('searching the documentation', () => {
  it('gives plain text and a whole address', async () => {
    expect(await run('search_articles', { query: 'zendesk' })).toEqual([
      {
        id: '1',
        title: 'Zendesk access',
        text: 'Ask IT for the App - Zendesk group.\n\nIt takes 15 minutes & one new sign-in.',
        url: `${sandbox.url}/kba/zendesk-access-1`,
      },
    ]);
  });

  it("finds the company's own articles and those for all, never another company's", async () => {
    addArticle({ name: 'Zendesk for everyone', company_id: null });
    expect(await titles('zendesk')).toEqual(['Zendesk access', 'Zendesk for everyone']);
    expect(await titles('zendesk', birchHudu)).toEqual(['Zendesk access at Birch', 'Zendesk for everyone']);
  });

  it("drops another company's article even when Hudu hands it out for this one", async () => {
    sandbox.state.articles.splice(0, Infinity, {
      ...sandbox.state.articles[0]!,
      company_id: Number(birchHudu),
    });
    expect(await titles('zendesk')).toEqual([]);
    expect(await run('get_article', { articleId: '1' })).toBeNull();
  });

  it('refuses an answer that does not say whose an article is', async () => {
    Reflect.deleteProperty(sandbox.state.articles[0]!, 'company_id');
    expect(await kindOf(run('search_articles', { query: 'zendesk' }))).toBe('bad_answer');
  });

  it('leaves out drafts and archived articles', async () => {
    addArticle({ name: 'Zendesk draft', draft: true });
    addArticle({ name: 'Zendesk of old', archived: true });
    expect(await titles('zendesk')).toEqual(['Zendesk access']);
  });

  it("pages past other companies' articles to those for all", async () => {
    for (let index = 0; index < 60; index += 1)
      addArticle({ name: `Zendesk ${index}`, company_id: Number(birchHudu) });
    addArticle({ name: 'Zendesk for everyone', company_id: null });
    expect(await titles('zendesk')).toEqual(['Zendesk access', 'Zendesk for everyone']);
  });

  it('searches word by word when the whole question finds nothing, best first', async () => {
    addArticle({ name: 'Printer setup', content: '<p>Toner</p>', company_id: null });
    expect(await titles('How do I set up the VPN setup, please?')).toEqual(['VPN setup', 'Printer setup']);
    expect(await titles('quantum')).toEqual([]);
  });

  it('stays with ten articles', async () => {
    for (let index = 0; index < 20; index += 1) addArticle({ name: `Zendesk ${index}` });
    expect(await titles('zendesk')).toHaveLength(10);
  });

  it('is the documentation face as well', async () => {
    const documentation = hudu.documentation!(api);
    expect(await documentation.search(acmeHudu, 'vpn')).toMatchObject([{ id: '2', title: 'VPN setup' }]);
  });

  it('finds nothing for no words', async () => {
    expect(await api.search(acmeHudu, '  ')).toEqual([]);
    expect(sandbox.calls).toEqual([]);
  });

  it('refuses a scope that is no company id', async () => {
    expect(await kindOf(run('search_articles', { query: 'zendesk' }, ''))).toBe('rejected');
    expect(await kindOf(run('search_articles', { query: 'zendesk' }, '12&x=1'))).toBe('rejected');
    expect(sandbox.calls).toEqual([]);
  });
});

describe('reading one article', () => {
  it('gives it as plain text', async () => {
    expect(await run('get_article', { articleId: '2' })).toMatchObject({
      id: '2',
      text: 'Install the VPN client.\nSign in with your mail.',
    });
  });

  it("gives null when there is none, and for another company's, a draft or an archived one", async () => {
    const [other] = sandbox.state.articles.filter(({ company_id }) => company_id === Number(birchHudu));
    expect(await run('get_article', { articleId: '999' })).toBeNull();
    expect(await run('get_article', { articleId: String(other!.id) })).toBeNull();
    expect(await run('get_article', { articleId: String(other!.id) }, birchHudu)).toMatchObject({
      title: 'Zendesk access at Birch',
    });
    sandbox.state.articles[0]!.draft = true;
    expect(await run('get_article', { articleId: '1' })).toBeNull();
    sandbox.fault({ match: '/articles/', kind: 'status', status: 404 });
    expect(await run('get_article', { articleId: '2' })).toBeNull();
  });

  it('never hands out a link that is not a web address', async () => {
    sandbox.state.articles[0]!.url = 'javascript:alert(1)';
    expect(await run('get_article', { articleId: '1' })).toMatchObject({ url: sandbox.url });
  });

  it('cuts a very long article with a sign that it was cut', async () => {
    sandbox.state.articles[0]!.content = `<p>${'a'.repeat(30_000)}</p>`;
    const { text } = (await run('get_article', { articleId: '1' })) as { text: string };
    expect(text).toHaveLength(20_001);
    expect(text.endsWith('…')).toBe(true);
  });
});

it("shows an article's link to a browser without a key as a page, and nothing else", async () => {
  const article = {
    slug: 'odd-9',
    name: '<b>Odd</b> & new',
    content: '<p>One<br>two</p><script>x()</script>',
  };
  addArticle({ ...article, url: '/kba/odd-9' });
  const response = await fetch(`${sandbox.url}/kba/odd-9`);
  const page = await response.text();
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(page).toContain('<h1>&lt;b&gt;Odd&lt;/b&gt; &amp; new</h1>\n<p>One<br>two</p>');
  expect(page).not.toContain('x()');
  expect((await fetch(`${sandbox.url}/kba/none`)).status).toBe(404);
  expect((await fetch(`${sandbox.url}/api/v1/articles`)).status).toBe(401);
});

it('sends the key as Hudu wants it, and is unauthorized with a wrong one', async () => {
  await api.checkKey();
  expect(sandbox.calls[0]?.headers['x-api-key']).toBe(sandboxSecrets.apiKey);
  expect(await kindOf(open('wrong').checkKey())).toBe('unauthorized');
});

it('cannot be opened without the address of its server', () => {
  const connection = {
    id: 'con_hudu',
    url: null,
    config: {},
    secrets: sandboxSecrets,
    createdAt: new Date(),
  };
  expect(() => hudu.open(connection, createHttp)).toThrow('Hudu needs the address of its server');
});
