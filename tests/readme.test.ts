import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectors } from '../connectors/index.ts';
import { permissions } from '../connectors/m365/index.ts';
import { checkSettings } from '../engine/settings/check.ts';
import { readSettings } from '../engine/settings/file.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const documents = ['README.md', 'docs/connect.md'];
const packageJson = JSON.parse(read('package.json')) as Record<
  'scripts' | 'dependencies' | 'devDependencies' | 'bin',
  Record<string, string>
>;

const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] ?? '');
const sorted = (names: Iterable<string>) => [...new Set(names)].sort();

/** The part of a document under a heading, up to the next one of that level. */
function section(text: string, heading: string): string {
  const level = heading.split(' ')[0] ?? '';
  const start = text.indexOf(`\n${heading}\n`);
  expect(start, `${heading} is there`).toBeGreaterThan(-1);
  const rest = text.slice(start + heading.length + 2);
  const end = rest.search(new RegExp(`^#{1,${level.length}} `, 'm'));
  return end < 0 ? rest : rest.slice(0, end);
}

/** What is named in backticks in the first column of the tables. */
const firstColumn = (text: string) => all(text, /^\| (`.+?) \|/gm).flatMap((cell) => all(cell, /`([^`]+)`/g));

describe('the documents', () => {
  const table = firstColumn(section(read('README.md'), '## Environment'));

  it('name the same environment variables as .env.example and bot/config.ts', () => {
    const config = read('bot/config.ts');
    const known = all(config, /^ {2}([A-Z][A-Z_]+): (?:z\.|optional)/gm);
    const example = all(read('.env.example'), /^([A-Z][A-Z_]+)=/gm);
    expect(known.length).toBeGreaterThan(10);
    expect(config).toContain("startsWith('COUNTERSIGN_SECRET_')");
    expect(read('.env.example')).toContain('COUNTERSIGN_SECRET_');
    expect(table).toContain('COUNTERSIGN_SECRET_*');
    expect(sorted(table.filter((name) => name !== 'COUNTERSIGN_SECRET_*'))).toEqual(sorted(known));
    expect(sorted(example)).toEqual(sorted(known));
  });

  it('say why each dependency is there, and name no other', () => {
    const named = firstColumn(section(read('README.md'), '## Dependencies'));
    const { dependencies, devDependencies } = packageJson;
    expect(sorted(named)).toEqual(sorted([...Object.keys(dependencies), ...Object.keys(devDependencies)]));
  });

  it('name the permissions that the Microsoft 365 connector lists, each with its reason', () => {
    const rows = all(section(read('docs/connect.md'), '## Microsoft 365'), /^\| (`.+?) +\|$/gm);
    const said = rows.map((row) => row.replaceAll('`', '').replace(/ +\| /, ': '));
    expect(said).toEqual(permissions.map(({ permission, why }) => `${permission}: ${why}`));
  });

  it('ask for the Slack scopes of the manifest', () => {
    const manifest = JSON.parse(read('manifests/slack/manifest.json')) as {
      oauth_config: { scopes: { bot: string[] } };
    };
    const named = firstColumn(section(read('docs/connect.md'), '## Slack'));
    expect(sorted(named)).toEqual(sorted(manifest.oauth_config.scopes.bot));
  });

  it('show a settings file that would be accepted', () => {
    const [yaml = ''] = all(read('docs/connect.md'), /```yaml\n([^]*?)```/g);
    const { file } = readSettings(yaml);
    expect(checkSettings(file, connectors, () => 'a-secret')).toEqual([]);
    expect(sorted(file.connections.map(({ connector }) => connector))).toEqual(
      sorted(connectors.map(({ id }) => id)),
    );
  });

  it.each(documents)('link only to what exists: %s', (document) => {
    const links = all(read(document), /\]\((?!https?:|#)([^)#]+)\)/g);
    const missing = links.filter((link) => !existsSync(join(root, dirname(document), link)));
    expect(links.length).toBeGreaterThan(0);
    expect(missing).toEqual([]);
  });

  it.each(documents)('name only files, folders and scripts that exist: %s', (document) => {
    const text = read(document);
    const quoted = all(text, /`((?:bot|engine|connectors|manifests|prisma|scripts|tests|docs)\/[\w./-]*)`/g);
    const tree = all(text, /^([a-z]+\/) {2,}\S/gm);
    expect([...quoted, ...tree].filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const scripts = all(text, /npm run ([a-z-]+)/g);
    expect(scripts.filter((name) => packageJson.scripts[name] === undefined)).toEqual([]);
    const ours = all(text, /npx ([a-z-]+)/g);
    expect(ours.filter((name) => packageJson.bin[name] === undefined)).toEqual([]);
  });

  it('show a small picture of the Desk', () => {
    const picture = readFileSync(join(root, 'docs/desk.png'));
    expect(picture.subarray(1, 4).toString('latin1')).toBe('PNG');
    expect(picture.byteLength).toBeLessThan(300 * 1024);
  });
});
