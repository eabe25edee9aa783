import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const folder = new URL('../../../shared/schemas/slack-manifest/', import.meta.url);
const here = existsSync(folder);
if (!here)
  console.warn('skipped: the official Slack manifest schema is not in ../shared/schemas/slack-manifest');

const read = (url: URL): unknown => JSON.parse(readFileSync(url, 'utf8'));
const manifestUrl = new URL('../../manifests/slack/manifest.json', import.meta.url);

function validator(): (value: unknown) => boolean {
  const ajv = new Ajv({ strict: false, logger: false });
  const base = 'https://raw.githubusercontent.com/slackapi/manifest-schema/v0.5.0/schemas/';
  for (const version of ['1.0.0', '2.0.0']) {
    const schema = read(new URL(`schemas_manifest.schema.${version}.json`, folder)) as object;
    ajv.addSchema(schema, `${base}manifest.schema.${version}.json`);
  }
  const check = ajv.compile(read(new URL('manifest.schema.json', folder)) as object);
  return (value) => check(value) === true;
}

describe('the Slack app manifest', () => {
  it.skipIf(!here)('is valid against the official schema, which does refuse', () => {
    const valid = validator();
    const manifest = read(manifestUrl) as Record<string, unknown>;
    expect(valid(manifest)).toBe(true);
    expect(valid({ ...manifest, features: { bot_user: { name: 1 } } })).toBe(false);
    expect(valid({ ...manifest, surprise: true })).toBe(false);
  });

  it('sends everything to the one path that is served, and asks for what the calls need', () => {
    const manifest = z
      .object({
        features: z.object({ slash_commands: z.array(z.object({ command: z.string(), url: z.string() })) }),
        oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
        settings: z.object({
          event_subscriptions: z.object({ request_url: z.string(), bot_events: z.array(z.string()) }),
          interactivity: z.object({ request_url: z.string() }),
        }),
      })
      .parse(read(manifestUrl));
    const { features, oauth_config, settings } = manifest;
    const urls = [
      ...features.slash_commands.map((one) => one.url),
      settings.event_subscriptions.request_url,
      settings.interactivity.request_url,
    ];
    expect(urls.map((url) => new URL(url).pathname)).toEqual([
      '/slack/events',
      '/slack/events',
      '/slack/events',
    ]);
    expect(features.slash_commands.map((one) => one.command)).toEqual(['/countersign']);
    expect(oauth_config.scopes.bot).toEqual(
      expect.arrayContaining(['chat:write', 'im:write', 'im:history', 'users:read.email']),
    );
    expect(settings.event_subscriptions.bot_events).toEqual(
      expect.arrayContaining(['message.im', 'app_mention']),
    );
  });
});
