import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';

interface Manifest {
  manifestVersion: string;
  id: string;
  icons: Record<'color' | 'outline', string>;
  bots: { botId: string; scopes: string[]; commandLists: { commands: { title: string }[] }[] }[];
}

const folder = new URL('../../manifests/teams/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8')) as Manifest;

function problems(candidate: unknown): unknown {
  const schemas = join(
    dirname(createRequire(import.meta.url).resolve('@microsoft/app-manifest/package.json')),
    'build/json-schemas/teams',
  );
  const file = join(schemas, `v${manifest.manifestVersion}`, 'MicrosoftTeams.schema.json');
  const schema = JSON.parse(readFileSync(file, 'utf8')) as { $schema?: string; id?: string };
  delete schema.$schema;
  delete schema.id;
  const ajv = new Ajv({ strict: false, logger: false, allErrors: true });
  addFormats.default(ajv);
  const validate = ajv.compile(schema);
  return validate(candidate) ? [] : validate.errors;
}

describe('the Teams manifest', () => {
  it('is valid by the official schema of its version, which would find a mistake', () => {
    expect(problems(manifest)).toEqual([]);
    expect(problems({ ...manifest, bots: [{ ...manifest.bots[0], scopes: ['everywhere'] }] })).not.toEqual(
      [],
    );
  });

  it('puts one bot into personal chats, teams and group chats, under the id of the app', () => {
    expect(manifest.bots).toHaveLength(1);
    expect(manifest.bots[0]).toMatchObject({ botId: manifest.id, scopes: ['personal', 'team', 'groupChat'] });
  });

  it('offers the commands that there are', () => {
    const offered = manifest.bots[0]?.commandLists.flatMap(({ commands }) =>
      commands.map(({ title }) => title),
    );
    expect(offered).toEqual([
      'help',
      'status',
      'approvals',
      'activity',
      'mode',
      'policy',
      'stop',
      'resume',
      'claim',
    ]);
  });

  it.each([
    ['color', 192],
    ['outline', 32],
  ] as const)('has its %s icon in the size that Teams wants', (icon, size) => {
    const png = readFileSync(new URL(manifest.icons[icon], folder));
    expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([size, size]);
  });
});
