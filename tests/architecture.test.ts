import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { describe, expect, it } from 'vitest';
import configuration from '../.dependency-cruiser.mjs';

const root = join(import.meta.dirname, '..');

async function look(folders: string[]): Promise<ICruiseResult> {
  const { forbidden, options } = configuration;
  const result = await cruise(folders, { ...options, ruleSet: { forbidden }, validate: true, baseDir: root });
  return result.output as ICruiseResult;
}

describe('the house', () => {
  it('keeps its arrows one-way', async () => {
    const { summary } = await look(['bot', 'engine', 'connectors']);
    expect(summary.totalCruised).toBeGreaterThan(150);
    expect(summary.violations.map((each) => `${each.rule.name}: ${each.from} -> ${each.to}`)).toEqual([]);
  }, 60_000);

  it('pins every dependency exactly', async () => {
    const packageJson = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
      devDependencies: Record<string, string>;
    };
    const loose = Object.entries({ ...packageJson.dependencies, ...packageJson.devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
    );
    expect(loose).toEqual([]);
  });

  it('names no registry in its lock file', async () => {
    expect(await readFile(join(root, 'package-lock.json'), 'utf8')).not.toContain('"resolved": "http');
  });
});
