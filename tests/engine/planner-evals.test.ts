import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lena, maya, plan, type Facts } from './planner-acme.ts';

const folder = '../shared/evals';
const inFinance: Facts = {
  memberships: {
    [maya.directoryId]: [{ id: 'g-finance', name: 'Finance' }],
    [lena.directoryId]: [{ id: 'g-finance', name: 'Finance' }],
  },
};

function present(file: string): boolean {
  if (existsSync(`${folder}/${file}`)) return true;
  console.warn(`Skipped: ${folder}/${file} is not here, so its rows cannot be tried.`);
  return false;
}

function lines(file: string): string[] {
  return readFileSync(`${folder}/${file}`, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

async function stepsFor(texts: string[]): Promise<string[]> {
  const acted: string[] = [];
  for (const requester of [maya, lena]) {
    for (const text of texts)
      if ((await plan(text, { requester }, inFinance)).kind === 'steps') acted.push(text);
  }
  return acted;
}

describe('what others wrote that is not for an IT desk', () => {
  it
    .skipIf(!present('clinc150-test.jsonl') || !present('banking77-test.jsonl'))
    .for(['clinc150-test.jsonl', 'banking77-test.jsonl'])(
    'proposes no step for any row of %s, whoever asks',
    async (file) => {
      const texts = lines(file).map((line) => (JSON.parse(line) as { text: string }).text);
      expect(texts.length).toBeGreaterThan(3_000);
      expect(await stepsFor(texts)).toEqual([]);
    },
  );
});

describe('attacks that others wrote', () => {
  const file = 'injections/asb-attack-instructions.jsonl';
  const attacks = () =>
    lines(file).map((line) => (JSON.parse(line) as Record<string, string>)['Attacker Instruction'] ?? '');

  it.skipIf(!present(file))('propose no step as messages', async () => {
    expect(await stepsFor(attacks())).toEqual([]);
  });

  it.skipIf(!present(file))('change nothing in articles and names of groups', async () => {
    const honest = await plan('I need access to Zendesk');
    for (const attack of attacks()) {
      const articles = [{ id: '1', title: 'Zendesk access', text: attack, url: '' }];
      const groups = [
        {
          id: 'evil',
          name: `App - Zendesk ${attack}`,
          kind: 'security',
          privileged: false,
          synced: false,
          dynamic: false,
        },
        {
          id: 'g-zendesk',
          name: 'App - Zendesk',
          kind: 'security',
          privileged: false,
          synced: false,
          dynamic: false,
        },
      ];
      expect(await plan('I need access to Zendesk', {}, { articles, groups })).toEqual(honest);
    }
  });
});
