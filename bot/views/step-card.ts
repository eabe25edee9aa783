import type { StepView } from '../../engine/domain.ts';
import type { CardStep, Tone } from '../card.ts';
import { oneLine } from './words.ts';

const unknown = "We don't know if this happened. Check before doing it by hand.";
const grave = /^(privileged|critical risk)/i;

/** What has to stand out about a Step, in words, gravest first and each thing once. */
export function marksOf(step: StepView): CardStep['marks'] {
  const said = step.warnings.map((warning) => oneLine(warning, 300));
  const risk = step.risk === 'low' ? [] : [step.risk === 'critical' ? 'Critical risk' : 'High risk'];
  const undo = step.undo === null ? ['Cannot be undone'] : [];
  const marks = [...new Set([...said, ...risk, ...undo])].map((text): CardStep['marks'][number] => ({
    tone: grave.test(text) ? 'danger' : 'warning',
    text,
  }));
  return marks.toSorted((a, b) => Number(b.tone === 'danger') - Number(a.tone === 'danger'));
}

/** Before -> after and the facts to know; `withUndo` adds whether it can be undone, which helps only before it runs. */
export function detailsOf(step: StepView, withUndo: boolean): string[] {
  const details = [changeOf(step), ...step.remarks.map((remark) => oneLine(remark, 300))];
  if (withUndo && step.undo !== null) details.push(`Can be undone: ${oneLine(step.undo, 200)}`);
  return details.filter((detail) => detail !== null);
}

function changeOf(step: StepView): string | null {
  const before = step.before === null ? null : oneLine(step.before, 200);
  const after = step.after === null ? null : oneLine(step.after, 200);
  if (before !== null && after !== null) return `${before} → ${after}`;
  if (after !== null) return `Afterwards: ${after}`;
  return before === null ? null : `Before: ${before}`;
}

/** How a Step went; nothing while it waits. `ended` says that what has not run by now never will. */
export function outcomeOf(step: StepView, ended: boolean): CardStep['outcome'] {
  const how = step.outcome === null ? '' : oneLine(step.outcome, 300);
  const say = (tone: Tone, word: string) => ({ tone, text: how ? `${word}: ${how}` : word });
  switch (step.state) {
    case 'pending':
      return ended ? say('plain', 'Not run') : undefined;
    case 'running':
      return say('plain', 'Running now');
    case 'done':
      return doneSays(how);
    case 'failed':
      return say('danger', 'Failed');
    case 'skipped':
      return say('plain', 'Skipped');
    case 'unknown':
      return { tone: 'danger', text: how ? `${unknown} ${how}` : unknown };
  }
}

/** "Verified in Microsoft 365." -> "Done and verified in Microsoft 365." */
function doneSays(how: string): CardStep['outcome'] {
  const text = how.replace(/^Verified\b/, 'Done and verified');
  return { tone: 'good', text: text !== how ? text : how ? `Done: ${how}` : 'Done' };
}

/** A Step as a technician reads it; `withTool` adds the tool's name in brackets, for Notes only. */
export function stepCard(
  step: StepView,
  options: { ended: boolean; withTool: boolean; withUndo: boolean },
): CardStep {
  const text = oneLine(step.text, 300);
  const outcome = outcomeOf(step, options.ended);
  return {
    text: options.withTool ? `${text} [${step.tool}]` : text,
    details: detailsOf(step, options.withUndo),
    marks: marksOf(step),
    ...(outcome && { outcome }),
  };
}
