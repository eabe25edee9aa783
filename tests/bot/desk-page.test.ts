import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { maya, openingOf, rawRequest, startDeskHouse, type DeskHouse } from './desk-house.ts';

let house: DeskHouse;
beforeAll(async () => void (house = await startDeskHouse()));
afterAll(() => house.close());

const page = new URL('../../bot/desk/page/', import.meta.url);
const pathsIn = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, path]) => path ?? '');

async function scriptsFrom(path: string, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(path)) return seen;
  seen.add(path);
  const text = await (await fetch(house.url + path)).text();
  for (const name of pathsIn(text, /^import .*?from '\.\/([\w.-]+)';$/gm))
    await scriptsFrom(`/desk/assets/${name}`, seen);
  return seen;
}

describe('the page', () => {
  it('has every file that it asks for, each under its right type', async () => {
    const html = await (await fetch(house.url)).text();
    const asked = pathsIn(html, /(?:src|href)="(\/desk\/[^"]+)"/g);
    const scripts = await scriptsFrom('/desk/assets/page.js');
    expect(scripts.size).toBeGreaterThan(5);
    const types = { js: /^text\/javascript/, css: /^text\/css/, svg: /^image\/svg\+xml/ };
    for (const path of new Set([...asked, ...scripts])) {
      const response = await fetch(house.url + path);
      const type = types[path.split('.').at(-1) as keyof typeof types];
      expect([path, response.status]).toEqual([path, 200]);
      expect(response.headers.get('content-type')).toMatch(type);
      await response.body?.cancel();
    }
  });

  it('serves no file besides', async () => {
    for (const name of [
      'index.html',
      '..%2fdesk.ts',
      'constructor',
      '__proto__',
      '..%2f..%2f..%2fpackage.json',
    ])
      expect([name, (await fetch(`${house.url}/desk/assets/${name}`)).status]).toEqual([name, 404]);
  });

  it('runs no script and takes no style but its own files', async () => {
    const response = await fetch(house.url);
    const html = await response.text();
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("style-src 'self';");
    expect(policy).toContain("connect-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toContain('unsafe');
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=|<style/);
  });

  it('turns messages into HTML in one place only, which takes no HTML of theirs', async () => {
    const markdown = await readFile(new URL('markdown.js', page), 'utf8');
    expect(markdown).toContain('html: false');
    const scripts = await scriptsFrom('/desk/assets/page.js');
    const ours = [...scripts]
      .map((path) => path.split('/').at(-1) ?? '')
      .filter((name) => name !== 'markdown-it.js');
    for (const name of ours.filter((name) => name !== 'markdown.js'))
      expect(await readFile(new URL(name, page), 'utf8')).not.toMatch(
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write/,
      );
  });
});

describe('the doors of the Desk', () => {
  const host = () => new URL(house.url).host;
  const json = { 'content-type': 'application/json' };
  const hello = JSON.stringify({ as: 'maya', text: 'hello' });
  const doors = ['/', '/desk/assets/page.js', '/desk/state', '/desk/events'];

  it('open for this machine under its own name', async () => {
    for (const path of doors) {
      expect(await rawRequest(house.url + path, { host: host() })).toBe(200);
      expect(await rawRequest(house.url + path, { host: host().replace('127.0.0.1', 'localhost') })).toBe(
        200,
      );
    }
  });

  it('stay shut under another name, which somebody may have pointed at this machine', async () => {
    for (const path of doors)
      for (const name of [
        'evil.example',
        'evil.example:3978',
        'localhost.evil.example',
        '127.0.0.1.evil.example',
      ])
        expect(await rawRequest(house.url + path, { host: name })).toBe(403);
  });

  it('stay shut for what was passed on from elsewhere', async () => {
    for (const name of ['forwarded', 'x-forwarded-for'])
      expect(await rawRequest(`${house.url}/desk/state`, { host: host(), [name]: '203.0.113.9' })).toBe(403);
  });

  it('stay shut for other sites in the same browser, and the bot hears nothing', async () => {
    const before = house.activities.length;
    for (const origin of ['https://evil.example', 'null', 'http://localhost:1', `https://${host()}`])
      expect(
        await rawRequest(`${house.url}/desk/say`, { host: host(), origin, ...json }, 'POST', hello),
      ).toBe(403);
    const crossSite = { host: host(), 'sec-fetch-site': 'cross-site' };
    expect(await rawRequest(`${house.url}/desk/events`, crossSite)).toBe(403);
    expect(
      await rawRequest(
        `${house.url}/desk/bot/v3/conversations`,
        { ...crossSite, ...json },
        'POST',
        JSON.stringify(openingOf(maya)),
      ),
    ).toBe(403);
    expect(house.activities).toHaveLength(before);
  });

  it('let the page itself speak, and a link to it be followed', async () => {
    const own = { host: host(), origin: house.url, 'sec-fetch-site': 'same-origin', ...json };
    expect(await rawRequest(`${house.url}/desk/say`, own, 'POST', hello)).toBe(204);
    expect(await rawRequest(house.url, { host: host(), 'sec-fetch-site': 'cross-site' })).toBe(200);
  });
});
