import { z } from 'zod';
import { defineTool, type Tool } from '../contract.ts';
import type { HuduApi } from './api.ts';

const searchArgs = z.strictObject({ query: z.string().trim().min(1).max(200) });
const articleArgs = z.strictObject({ articleId: z.string().regex(/^\d{1,15}$/) });

export const tools: Tool<HuduApi, never>[] = [
  defineTool<HuduApi, z.infer<typeof searchArgs>>({
    name: 'hudu.search_articles',
    version: 1,
    summary: "Search the client's documentation and the articles for all clients.",
    args: searchArgs,
    effect: 'read',
    risk: 'low',
    describe: () => 'Search the documentation',
    async run(call, { query }) {
      const articles = await call.api.search(call.scope, query, call.signal);
      return { result: articles.map((article) => ({ ...article })) };
    },
  }),
  defineTool<HuduApi, z.infer<typeof articleArgs>>({
    name: 'hudu.get_article',
    version: 1,
    summary: "Read one article of the client's documentation, or one for all clients.",
    args: articleArgs,
    effect: 'read',
    risk: 'low',
    describe: () => 'Read an article of the documentation',
    async run(call, { articleId }) {
      const article = await call.api.find(call.scope, articleId, call.signal);
      return { result: article && { ...article } };
    },
  }),
];
