/** Hudu's wire shapes, only the fields that are used. Source: a Hudu server's own /developer/1.0 pages. */
import { z } from 'zod';

/** `company_id` null is an article for all; a missing one is no answer, so that nothing is shared by mistake. */
export const ArticleWire = z.object({
  id: z.number().int(),
  name: z.string(),
  content: z.string().nullish(),
  url: z.string().nullish(),
  company_id: z.number().int().nullable(),
  draft: z.boolean().nullish(),
  archived: z.boolean().nullish(),
});
export type ArticleWire = z.infer<typeof ArticleWire>;

export const ArticlesAnswer = z.object({ articles: z.array(ArticleWire) });

/** Hudu may answer 200 with `null` for an id that it does not have. */
export const ArticleAnswer = z.object({ article: ArticleWire.nullable() }).nullable();

export const ApiInfo = z.object({ version: z.string() });
