import { describe, expect, it } from 'vitest';
import { looksLikeCommand, parse, usages, type Command } from '../../bot/commands/parse.ts';

const clients = ['acme', 'Acme Corp', 'birch', 'plane'];
const tool = 'm365.add_group_member';

describe('a line that is understood', () => {
  const lines: [string, Command][] = [
    ['', { noun: 'help', about: null }],
    ['help', { noun: 'help', about: null }],
    ['Help!', { noun: 'help', about: null }],
    ['help Mode', { noun: 'help', about: 'mode' }],
    ['  STATUS ', { noun: 'status' }],
    ['claim AbC-123', { noun: 'claim', code: 'AbC-123' }],
    ['mode', { noun: 'mode', client: null, set: null }],
    ['mode execute', { noun: 'mode', client: null, set: 'execute' }],
    ['mode acme', { noun: 'mode', client: 'acme', set: null }],
    ['MODE   Acme\tPLAN', { noun: 'mode', client: 'acme', set: 'plan' }],
    ['mode acme inherit', { noun: 'mode', client: 'acme', set: 'inherit' }],
    ['mode Acme Corp execute', { noun: 'mode', client: 'acme corp', set: 'execute' }],
    ['mode plane', { noun: 'mode', client: 'plane', set: null }],
    ['policy', { noun: 'policy', client: null, tool: null, set: null }],
    ['policy acme', { noun: 'policy', client: 'acme', tool: null, set: null }],
    [`policy ${tool}`, { noun: 'policy', client: null, tool, set: null }],
    [`policy ${tool} auto`, { noun: 'policy', client: null, tool, set: 'auto' }],
    [`policy acme ${tool}`, { noun: 'policy', client: 'acme', tool, set: null }],
    [`policy acme ${tool} disabled`, { noun: 'policy', client: 'acme', tool, set: 'disabled' }],
    [
      `policy Acme M365.Add_Group_Member Approval-Needed`,
      { noun: 'policy', client: 'acme', tool, set: 'approval_needed' },
    ],
    [`policy acme ${tool} inherit`, { noun: 'policy', client: 'acme', tool, set: 'inherit' }],
    ['approvals', { noun: 'approvals' }],
    ['activity', { noun: 'activity', client: null }],
    ['activity birch', { noun: 'activity', client: 'birch' }],
    ['stop', { noun: 'stop', client: null }],
    ['stop all', { noun: 'stop', client: null }],
    ['stop acme', { noun: 'stop', client: 'acme' }],
    ['resume acme Checked with Priya', { noun: 'resume', client: 'acme', reason: 'Checked with Priya' }],
    ['resume Acme Corp all good', { noun: 'resume', client: 'acme corp', reason: 'all good' }],
    ['resume all False alarm', { noun: 'resume', client: null, reason: 'False alarm' }],
    ['resume False alarm', { noun: 'resume', client: null, reason: 'False alarm' }],
  ];
  it.each(lines)('%s', (line, command) => {
    expect(parse(line, clients)).toEqual({ ok: true, command });
  });

  it('takes the first word of a resume for the client when no clients are known, so that nothing more is resumed', () => {
    expect(parse('resume acme all good')).toEqual({
      ok: true,
      command: { noun: 'resume', client: 'acme', reason: 'all good' },
    });
    expect(parse('resume acme')).toMatchObject({ ok: false });
  });
});

describe('a line that is not understood', () => {
  const lines: [string, RegExp, string, string | undefined][] = [
    ['polcy acme', /"polcy".*policy/, 'policy', 'policy'],
    ['statsu', /status/, 'status', 'status'],
    ['claim', /code/, 'claim', undefined],
    ['claim one two', /one code/, 'claim', undefined],
    ['mode inherit', /name the client/, 'mode', undefined],
    ['mode pln', /plan/, 'mode', 'plan'],
    ['mode acme exeucte', /execute/, 'mode', 'execute'],
    ['policy acme auto', /which tool/, 'policy', undefined],
    ['policy auto', /which tool/, 'policy', undefined],
    [`policy ${tool} disabeld`, /disabled/, 'policy', 'disabled'],
    [`policy ${tool} m365.get_user auto`, /one tool/, 'policy', undefined],
    ['status now', /no further words/, 'status', undefined],
    ['approvals now', /no further words/, 'approvals', undefined],
    ['resume', /reason/, 'resume', undefined],
    ['resume acme', /reason/, 'resume', undefined],
    ['resume all', /reason/, 'resume', undefined],
    ['resume brich all good', /client birch/, 'resume', 'birch'],
  ];
  it.each(lines)('says what is wrong and how it is written: %s', (line, sentence, noun, nearest) => {
    const parsed = parse(line, clients);
    if (parsed.ok) throw new Error('It was understood.');
    expect(parsed.sentence).toMatch(sentence);
    expect(parsed.usage).toBe(usages.find((each) => each.noun === noun)?.usage);
    expect(parsed.nearest).toBe(nearest);
  });

  it('always names a command, however strange the word', () => {
    const parsed = parse(`\u202E${'x'.repeat(500)}`);
    expect(parsed.ok).toBe(false);
    expect(JSON.stringify(parsed).length).toBeLessThan(250);
    expect(JSON.stringify(parsed)).not.toContain('\u202E');
  });
});

describe('a message', () => {
  it.each(['help', 'MODE acme plan', 'polici acme', 'stpp', 'aprovals', ' resume acme ok'])(
    'is taken for a command: %s',
    (line) => expect(looksLikeCommand(line)).toBe(true),
  );

  it.each(['', 'hello', 'I need access to Zendesk', 'please stop', 'my screen is black'])(
    'is left to be a request: %s',
    (line) => expect(looksLikeCommand(line)).toBe(false),
  );
});

it('lists every command once with its usage', () => {
  expect(usages.map((each) => each.usage)).toEqual([
    'help [command]',
    'status',
    'claim <code>',
    'mode [client] [plan|execute|inherit]',
    'policy [client] [tool] [auto|approval_needed|disabled|inherit]',
    'approvals',
    'activity [client]',
    'stop [client]',
    'resume [client] <reason...>',
  ]);
});
