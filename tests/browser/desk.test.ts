import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChild, type Child } from '../crash/child.ts';

const browserPath = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/usr/bin/chromium-browser'].find(
  (path) => existsSync(path),
);
if (!browserPath) console.warn('The browser test is skipped: no Chromium was found under /usr/bin.');
const pictures = join(import.meta.dirname, '../.artifacts');
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

describe.skipIf(!browserPath)('the Desk, as a person uses it', () => {
  let child: Child;
  let context: BrowserContext;
  let page: Page;
  const folders: string[] = [];
  const folder = async () => {
    const path = await mkdtemp(join(tmpdir(), 'countersign-browser-'));
    folders.push(path);
    await chmod(path, 0o711);
    return path;
  };

  beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    child = await startChild({ DATA_DIR: join(await folder(), 'data') });
    context = await chromium.launchPersistentContext(await folder(), {
      executablePath: browserPath,
      headless: true,
      args: quiet,
      viewport: { width: 1400, height: 900 },
    });
    page = await context.newPage();
  }, 60_000);
  afterAll(async () => {
    await context?.close();
    await child?.stop();
    await Promise.all(folders.map((path) => rm(path, { recursive: true, force: true })));
  }, 30_000);

  const sandbox = async (id: string, path: string) => {
    const urls = (await (await fetch(`${child.url}/desk/sandboxes`)).json()) as Record<string, string>;
    return (await fetch(`${urls[id]}/_sandbox/${path}`)).json();
  };

  it('Maya asks, Tom signs, Maya is told, the ticket has both notes, and the group holds Maya once', async () => {
    await page.goto(child.url);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'I need access to Zendesk', exact: true }).click();

    const card = page
      .locator('#technician .card')
      .filter({ hasText: 'Give Maya Lopez access to Zendesk' })
      .last();
    await card.getByRole('button', { name: 'Approve' }).waitFor();
    for (const shown of ['Acme Corp', 'Maya Lopez', 'not a member', 'expires'])
      await expect.poll(() => card.innerText()).toContain(shown);
    await page.screenshot({ path: join(pictures, 'desk-asked.png') });
    await card.getByRole('button', { name: 'Approve' }).click();

    await page
      .locator('#employee')
      .getByText('Done. You have Zendesk access. It may take 15 minutes; sign out and in once.')
      .waitFor();
    await expect.poll(() => page.locator('#technician').innerText()).toContain('Tom Reed');
    await expect.poll(() => page.locator('.note.internal').count()).toBe(2);
    await expect.poll(() => card.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    await page.screenshot({ path: join(pictures, 'desk-done.png') });

    const [planNote, outcomeNote] = await page.locator('.note.internal').allInnerTexts();
    expect(planNote).toContain('Give Maya Lopez access to Zendesk');
    expect(outcomeNote).toContain('Tom Reed');
    const calls = (await sandbox('northwind-connectwise', 'calls')) as {
      method: string;
      path: string;
      at: string;
    }[];
    const effects = (
      (await sandbox('northwind-m365', 'calls')) as { method: string; path: string; at: string }[]
    ).filter((call) => call.method === 'POST' && call.path.includes('/members/'));
    const firstNote = calls.find((call) => call.method === 'POST' && call.path.endsWith('/notes'));
    expect(effects).toHaveLength(1);
    expect(Date.parse(firstNote?.at ?? '')).toBeLessThanOrEqual(Date.parse(effects[0]?.at ?? ''));
    const tenants = (await sandbox('northwind-m365', 'state')) as Record<
      string,
      { groups: { displayName: string; members: string[] }[] }
    >;
    const group = tenants['11111111-1111-4111-8111-111111111111']?.groups.find(
      (each) => each.displayName === 'App - Zendesk',
    );
    expect(group?.members.filter((id) => id === 'aaaaaaaa-0000-4000-8000-000000000001')).toHaveLength(1);
  }, 40_000);

  it('on a small screen a long card begins with its title, says that there is more, and shows the whole form of Deny', async () => {
    await page.setViewportSize({ width: 1366, height: 640 });
    await page.getByText('Lena Fox').click();
    await page.getByRole('button', { name: 'My account is locked out' }).click();
    const card = page.locator('#technician .card').filter({ hasText: 'Let Lena Fox sign in again' });
    const inView = (name: string) => card.getByRole('button', { name, exact: true }).boundingBox();
    const chat = await page.locator('#technician .chat').boundingBox();
    const end = (chat?.y ?? 0) + (chat?.height ?? 0);
    await expect.poll(async () => (await card.getByRole('heading').boundingBox())?.y ?? 0).toBeLessThan(end);
    expect((await inView('Approve'))?.y).toBeGreaterThan(end);
    await page.getByRole('button', { name: 'Read on to approve or deny' }).click();
    await expect.poll(async () => (await inView('Deny…'))?.y ?? end).toBeLessThan(end);

    await page.locator('#technician').getByText('Ada Park').click();
    await page.getByText('Now be Ada').waitFor();
    await card.getByRole('button', { name: 'Deny…' }).click();
    await expect.poll(async () => (await inView('Deny'))?.y ?? end).toBeLessThan(end);
    await page.keyboard.type('She has left');
    expect(await card.getByLabel('Why?').inputValue()).toBe('She has left');
    await page.screenshot({ path: join(pictures, 'desk-deny.png') });
    await card.getByRole('button', { name: 'Deny', exact: true }).click();
    await card.getByText('Denied by Ada Park').waitFor();
  }, 40_000);

  it('fits a phone of 360 pixels', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.getByRole('button', { name: 'Technician', exact: true }).click();
    await page.locator('#technician .card').first().waitFor();
    const wide = await page.evaluate('document.documentElement.scrollWidth');
    await page.screenshot({ path: join(pictures, 'desk-phone.png') });
    expect(wide).toBeLessThanOrEqual(360);
  }, 20_000);
});
