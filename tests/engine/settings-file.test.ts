import { describe, expect, it } from 'vitest';
import { practiceWorld } from '../../bot/desk/world.ts';
import { connectors } from '../../connectors/index.ts';
import { AppError } from '../../engine/errors.ts';
import { checkSettings, type ReadSecret } from '../../engine/settings/check.ts';
import { readSettings } from '../../engine/settings/file.ts';
import { noSecrets, practiceFile } from '../practice.ts';

/** What is said about the practice file after some of its text was replaced. */
function saidAbout(replace: [string, string][], secret: ReadSecret = noSecrets): string {
  let text = practiceFile;
  for (const [from, to] of replace) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  try {
    const { file, refuse } = readSettings(text);
    const problems = checkSettings(file, connectors, secret);
    return problems.length === 0 ? '' : refuse(problems).message;
  } catch (error) {
    if (error instanceof AppError && error.kind === 'invalid') return error.message;
    throw error;
  }
}

describe('the practice file', () => {
  it('has nothing against it', () => {
    expect(saidAbout([])).toBe('');
  });

  it('names the people and scopes that the practice world has', () => {
    const { file } = readSettings(practiceFile);
    const people = file.clients.map(({ people = [] }) =>
      people.map(({ name, mail, teams }) => ({ id: teams, name, mail })),
    );
    const world = practiceWorld().clients;
    expect(people).toEqual(
      world.map((client) => client.people.map(({ id, name, mail }) => ({ id, name, mail }))),
    );
    expect(file.clients.map(({ slug, name, mappings }) => ({ slug, name, mappings }))).toEqual(
      world.map(({ slug, name, scopes }) => ({
        slug,
        name,
        mappings: {
          'northwind-connectwise': scopes['connectwise'],
          'northwind-m365': scopes['m365'],
          'northwind-hudu': scopes['hudu'],
        },
      })),
    );
  });

  it('has a world whose people are only in groups that are there', () => {
    for (const client of practiceWorld().clients) {
      const groups = client.groups.map(({ name }) => name);
      expect(groups).toEqual(expect.arrayContaining(client.people.flatMap((person) => person.groups)));
    }
  });
});

describe('a file that is not right is refused with the line, the path and what to do', () => {
  const withoutSandbox = '    sandbox: true\n    config:\n      companyId: northwind';
  const real = (more: string) => `${more}    config:\n      companyId: northwind`;
  const cases: [string, [string, string][], RegExp][] = [
    ['broken YAML', [['msp:\n', 'msp: [\n']], /line \d+: this is not valid YAML/],
    [
      'a mistyped word',
      [['mode: execute\n', 'mode: exeucte\n']],
      /line \d+, clients\[0\]\.mode: must be plan or execute or inherit, not "exeucte"/,
    ],
    [
      'a mistyped key',
      [['  timeZone:', '  timezone:']],
      /line \d+, msp: has timezone, which is not known here/,
    ],
    ['a missing key', [['  name: Northwind IT\n', '']], /msp\.name: is missing/],
    [
      'a time zone that is none',
      [['Europe/London', 'Europe/Londn']],
      /msp\.timeZone: must be a time zone such as/,
    ],
    [
      'a tenant that is no id',
      [['[11111111-1111-4111-8111-111111111111]', '[acme.example]']],
      /workspaces\.teams\[0\]: must be an Entra id/,
    ],
    [
      'a role at a client',
      [['mail: maya@acme.example,', 'mail: maya@acme.example, roles: [msp_admin],']],
      /people\[0\]: has roles, which is not known here/,
    ],
    [
      'a slug that commands use',
      [['slug: cedar', 'slug: all']],
      /clients\[2\]\.slug: is a word that commands use/,
    ],
    ['two clients of one slug', [['slug: cedar', 'slug: birch']], /clients\[2\]\.slug: birch is there twice/],
    [
      'a team of two clients',
      [['T0CEDAR', 'T0BIRCH']],
      /clients\[2\]\.workspaces\.slack\[0\]: T0BIRCH is there twice; a tenant or team belongs to one client/,
    ],
    [
      'one mail twice',
      [['priya@', 'maya@']],
      /clients\[0\]\.people\[1\]\.mail: maya@acme\.example is there twice/,
    ],
    ['one user twice', [['U0PRIYA', 'U0MAYA']], /people\[1\]\.slack: T0ACME U0MAYA is there twice/],
    [
      'a person without a tenant to be in',
      [['      teams: [33333333-3333-4333-8333-333333333333]\n', '']],
      /people\[0\]\.teams: cannot be placed: no tenant is listed/,
    ],
    [
      'a mapping of no connection',
      [['northwind-hudu: 13', 'northwind-hud: 13']],
      /mappings\.northwind-hud: is not the id of a connection/,
    ],
    [
      'one company for two clients',
      [['northwind-hudu: 13', 'northwind-hudu: 12']],
      /mappings\.northwind-hudu: 12 is already the client birch/,
    ],
    [
      'an unknown connector',
      [['connector: hudu', 'connector: hudoo']],
      /there is no connector hudoo; there are connectwise, m365, hudu/,
    ],
    [
      'an unknown client of a connection',
      [['connector: hudu', 'connector: hudu\n    client: dogwood']],
      /there is no client dogwood/,
    ],
    [
      'a config the vendor does not take',
      [['boards: [Service Desk]', 'boards: []']],
      /connections\[0\]\.config\.boards/,
    ],
    [
      'a config key the vendor does not have',
      [['      boards:', '      board: x\n      boards:']],
      /config\.board: is not a setting of ConnectWise PSA/,
    ],
    [
      'a sandbox that is not on loopback',
      [['sandbox: true', 'sandbox: true\n    url: https://psa.example.com']],
      /connections\[0\]\.url: must be on loopback/,
    ],
    [
      'a real connection without secrets',
      [[withoutSandbox, real('')]],
      /secrets\.privateKey: is missing; name the variable that holds it: privateKey: COUNTERSIGN_SECRET_NORTHWIND_CONNECTWISE_PRIVATE_KEY/,
    ],
    [
      'a secret that is not set',
      [[withoutSandbox, real('    secrets: { privateKey: COUNTERSIGN_SECRET_CW }\n')]],
      /COUNTERSIGN_SECRET_CW is not set in the environment/,
    ],
    [
      'a high risk tool on auto',
      [['clients:\n', 'policies: { m365.enable_sign_in: auto }\nclients:\n']],
      /m365\.enable_sign_in is high risk and never runs by itself/,
    ],
    [
      'an unknown tool',
      [['clients:\n', 'policies: { m365.enable_signin: disabled }\nclients:\n']],
      /Did you mean m365\.enable_sign_in\?/,
    ],
    [
      'a manager for auto',
      [['clients:\n', 'policies: { m365.add_group_member: { setting: auto, manager: true } }\nclients:\n']],
      /manager: true goes with approval_needed only/,
    ],
  ];
  it.each(cases)('%s', (_, replace, sentence) => {
    expect(saidAbout(replace)).toMatch(sentence);
  });

  it('a secret written into the file, and does not repeat it', () => {
    const said = saidAbout([[withoutSandbox, real('    secrets: { privateKey: hunter2hunter2 }\n')]]);
    expect(said).toMatch(/must be the name of an environment variable COUNTERSIGN_SECRET_/);
    expect(said).not.toContain('hunter2');
  });

  it('lists every problem at once', () => {
    const said = saidAbout([
      ['mode: execute\n', 'mode: exeucte\n'],
      ['timeZone: Europe/London', 'timeZone: Mars'],
    ]);
    expect(said.split('\n')).toHaveLength(3);
  });
});

it('takes a secret by name, and a sandbox on loopback', () => {
  const said = saidAbout(
    [
      [
        '    sandbox: true\n    config:\n      companyId: northwind',
        '    secrets: { privateKey: COUNTERSIGN_SECRET_CW }\n    config:\n      companyId: northwind',
      ],
      ['sandbox: true', 'sandbox: true\n    url: http://127.0.0.1:4010'],
    ],
    (name) => (name === 'COUNTERSIGN_SECRET_CW' ? 'value' : undefined),
  );
  expect(said).toBe('');
});
