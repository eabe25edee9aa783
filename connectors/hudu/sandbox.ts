/** A stand-in for a Hudu server with the articles of every company, as one API key sees them. */
import type { World } from '../contract.ts';
import { startSandbox, type Sandbox, type SandboxAnswer, type SandboxRequest } from '../sandbox.ts';
import { plainText } from './plain-text.ts';

export const sandboxSecrets = { apiKey: 'sandbox-hudu-key' };

const DEFAULT_PAGE = 25;

export interface SandboxArticle {
  id: number;
  slug: string;
  name: string;
  draft: boolean;
  archived: boolean;
  /** HTML. */
  content: string;
  url: string;
  object_type: 'Article';
  folder_id: number | null;
  enable_sharing: boolean;
  share_url: string | null;
  /** Null is an article for all companies. */
  company_id: number | null;
  created_at: string;
  updated_at: string;
}

export interface HuduState {
  articles: SandboxArticle[];
}

/** Starts it on loopback. */
export function startHuduSandbox(world: World, _config: object, port?: number): Promise<Sandbox<HuduState>> {
  const state = stateOf(world);
  return startSandbox<HuduState>({
    state,
    port,
    routes: {
      'GET /api/v1/api_info': () => ({ json: { version: '2.44.0', date: '2026-10-01' } }),
      'GET /api/v1/articles': (request) => listArticles(state, request),
      'GET /api/v1/articles/:id': (request) => ({
        json: { article: state.articles.find((article) => article.id === Number(request.params.id)) ?? null },
      }),
      'GET /kba/:slug': (request) => articlePage(state, request),
    },
    authorize: (request) =>
      request.path.startsWith('/kba/') || request.headers['x-api-key'] === sandboxSecrets.apiKey
        ? null
        : { status: 401, json: { error: 'Invalid API key' } },
    notFound: () => ({ status: 404, json: { error: 'Not Found' } }),
  });
}

/** What a browser shows for an article's link; Hudu asks people to sign in here, which practice has no use for. */
function articlePage(state: HuduState, { params }: SandboxRequest): SandboxAnswer {
  const article = state.articles.find(({ slug }) => slug === params.slug);
  const [title, text] = article
    ? [article.name, plainText(article.content)]
    : ['No such article', 'It may have been moved or deleted.'];
  return {
    status: article ? 200 : 404,
    headers: { 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'" },
    html: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
  :root { color-scheme: light dark; font: 1rem/1.6 system-ui, sans-serif }
  body { max-width: 40rem; margin: 3rem auto; padding: 0 1rem; overflow-wrap: anywhere }
</style>
<h1>${escapeHtml(title)}</h1>
${htmlOf(text)}
<p><small>Practice documentation, as Hudu would show it.</small></p>
</html>
`,
  };
}

function listArticles(state: HuduState, { query }: SandboxRequest): SandboxAnswer {
  const companyId = query.get('company_id');
  const words = (query.get('search') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const size = Number(query.get('page_size') ?? DEFAULT_PAGE);
  const from = (Number(query.get('page') ?? 1) - 1) * size;
  const found = state.articles.filter((article) => {
    const text = `${article.name} ${article.content}`.toLowerCase();
    return (
      (companyId === null || String(article.company_id) === companyId) &&
      words.every((word) => text.includes(word))
    );
  });
  return { json: { articles: found.slice(from, from + size) } };
}

function stateOf(world: World): HuduState {
  const articles: SandboxArticle[] = [];
  for (const client of world.clients) {
    const companyId = Number(client.scopes.hudu);
    if (!client.scopes.hudu || Number.isNaN(companyId)) continue;
    for (const { id, title, text } of client.articles) {
      articles.push(articleOf({ id: freeId(articles, id), title, text, companyId }));
    }
  }
  return { articles };
}

/** The world's own id where it is a number that nobody has yet; Hudu's are numbers and unique. */
function freeId(taken: SandboxArticle[], wanted: string): number {
  const own = Number(wanted);
  if (Number.isInteger(own) && own > 0 && !taken.some(({ id }) => id === own)) return own;
  return Math.max(1_000, ...taken.map(({ id }) => id)) + 1;
}

function articleOf(input: { id: number; title: string; text: string; companyId: number }): SandboxArticle {
  const slug = `${input.title.toLowerCase().replace(/[^a-z0-9]+/g, '-')}-${input.id}`;
  return {
    id: input.id,
    slug,
    name: input.title,
    draft: false,
    archived: false,
    content: htmlOf(input.text),
    url: `/kba/${slug}`,
    object_type: 'Article',
    folder_id: null,
    enable_sharing: false,
    share_url: null,
    company_id: input.companyId,
    created_at: '2026-01-05T08:00:00.000Z',
    updated_at: '2026-01-05T08:00:00.000Z',
  };
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function htmlOf(text: string): string {
  return escapeHtml(text)
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${paragraph.replaceAll('\n', '<br>')}</p>`)
    .join('\n');
}
