/** The files of the page, served as they are: there is no build step. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Router } from 'express';

const page = join(import.meta.dirname, 'page');
const require = createRequire(import.meta.url);
const packageOf = (name: string) => dirname(require.resolve(`${name}/package.json`));

/** Name under `/desk/assets/` -> folder and file. */
const assets: Record<string, [folder: string, file: string]> = {
  ...Object.fromEntries(
    [
      'page.css',
      'cards.css',
      'page.js',
      'element.js',
      'markdown.js',
      'cards.js',
      'chat.js',
      'tickets.js',
      'people.js',
      'server.js',
      'icon.svg',
    ].map((file) => [file, [page, file] as [string, string]]),
  ),
  'adaptivecards.js': [join(packageOf('adaptivecards'), 'dist'), 'adaptivecards.min.js'],
  'markdown-it.js': [join(packageOf('markdown-it'), 'dist', 'browser'), 'markdown-it.esm.min.mjs'],
};

/** Serves `/` and `/desk/assets/*`, and no file besides. */
export function createAssets(): Router {
  const router = Router();
  router.get('/', (_request, response) => response.sendFile('index.html', { root: page }));
  router.get('/desk/assets/:name', (request, response, next) => {
    const asset = Object.hasOwn(assets, request.params.name) ? assets[request.params.name] : undefined;
    if (!asset) return next();
    const [root, file] = asset;
    response.sendFile(file, { root, cacheControl: false });
  });
  return router;
}
