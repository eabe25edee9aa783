/** What the benchmark's numbers come to: percentiles, medians, verdicts, and the page that is printed. */

/** The value that a share `p` (0 to 1) of the values does not exceed, by nearest rank; NaN when there are none. */
export function percentile(values: number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(p * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}

/** The middle value, or the mean of the two in the middle; NaN when there are none. */
export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return Number.NaN;
  if (sorted.length % 2 === 1) return sorted[Math.floor(middle)] as number;
  return ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** A figure with its goal; `value` null means that it could not be measured here. */
export interface Figure {
  id: string;
  title: string;
  value: number | null;
  unit: string;
  goal?: { atMost: number } | { atLeast: number };
  /** More about it, in words. */
  detail?: string;
}

export type Outcome = 'met' | 'missed' | 'no goal' | 'not available';

/** Whether a figure reaches its goal. */
export function judge({ value, goal }: Figure): Outcome {
  if (value === null || Number.isNaN(value)) return 'not available';
  if (!goal) return 'no goal';
  return ('atMost' in goal ? value <= goal.atMost : value >= goal.atLeast) ? 'met' : 'missed';
}

/** One line per figure, in columns. */
export function renderFigures(figures: Figure[]): string {
  const cells = figures.map((figure) => [
    figure.id,
    figure.title,
    figure.value === null || Number.isNaN(figure.value)
      ? '-'
      : `${round(figure.value)} ${figure.unit}`.trim(),
    goalWords(figure),
    judge(figure),
    figure.detail ?? '',
  ]);
  const widths = [0, 1, 2, 3, 4].map((at) => Math.max(...cells.map((row) => (row[at] ?? '').length)));
  return cells
    .map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}

function goalWords({ goal, unit }: Figure): string {
  if (!goal) return '';
  return 'atMost' in goal
    ? `goal <= ${goal.atMost} ${unit}`.trim()
    : `goal >= ${goal.atLeast} ${unit}`.trim();
}

/** Three significant digits, and no more than two decimals. */
export function round(value: number): string {
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
