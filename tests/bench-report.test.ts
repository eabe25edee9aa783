import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge, median, percentile, renderFigures } from './bench/report.ts';

const numbers = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 200 });

describe('percentile', () => {
  it('is the value at the nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, at) => 100 - at);
    expect([0.5, 0.99, 1].map((p) => percentile(values, p))).toEqual([50, 99, 100]);
    expect(percentile([7], 0.01)).toBe(7);
    expect(percentile([], 0.5)).toBeNaN();
  });

  it('is one of the values, and at least that share of them is not above it', () => {
    fc.assert(
      fc.property(numbers, fc.double({ min: 0.01, max: 1, noNaN: true }), (values, p) => {
        const found = percentile(values, p);
        expect(values).toContain(found);
        expect(values.filter((value) => value <= found).length).toBeGreaterThanOrEqual(p * values.length);
        expect(values.filter((value) => value < found).length).toBeLessThan(p * values.length + 1e-9);
      }),
    );
  });

  it('leaves the values as they are', () => {
    const values = [3, 1, 2];
    percentile(values, 0.5);
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe('median', () => {
  it('is the middle, or the mean of the two in the middle', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([10, 9, 2, 1])).toBe(5.5);
    expect(median([])).toBeNaN();
  });
});

describe('judge', () => {
  it.for([
    [{ atMost: 50 }, 50, 'met'],
    [{ atMost: 50 }, 50.1, 'missed'],
    [{ atLeast: 0.5 }, 0.5, 'met'],
    [{ atLeast: 0.5 }, 0.49, 'missed'],
    [undefined, 1, 'no goal'],
    [{ atMost: 1 }, null, 'not available'],
    [{ atMost: 1 }, Number.NaN, 'not available'],
  ] as const)('%o with %o is %s', ([goal, value, outcome]) => {
    expect(judge({ id: 'x', title: 'x', unit: '', goal, value })).toBe(outcome);
  });
});

describe('renderFigures', () => {
  it('says the figure, its goal and whether it was met', () => {
    const page = renderFigures([
      { id: 'P1', title: 'flow', value: 0.612, unit: '', goal: { atLeast: 0.5 }, detail: '3 pairs' },
      { id: 'P2', title: 'CPU', value: null, unit: 'x', goal: { atMost: 25 } },
    ]);
    expect(page.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['P1', 'flow', '0.61', 'goal >= 0.5', 'met', '3 pairs'],
      ['P2', 'CPU', '-', 'goal <= 25 x', 'not available'],
    ]);
  });
});
