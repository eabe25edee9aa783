import { findTool } from './connections.ts';
import { toolFacts, type ClientScope } from './gateway.ts';
import type { PlanStep } from './plan-content.ts';
import { decideVerdict, type ToolFacts, type Verdict } from './policy.ts';
import type { Requester } from './requester.ts';
import { policySettings } from './store/scope.ts';

/** A tool that the Client does not have counts as the worst there could be. */
const missing = {
  effect: 'once',
  risk: 'critical',
  default: 'disabled',
  needsVerifiedRequester: true,
} satisfies Omit<ToolFacts, 'name'>;

/** Policy's answer from settings and facts as they are in `scope` and `steps`. */
export function verdictOf(
  scope: ClientScope,
  assurance: Requester['assurance'],
  steps: Pick<PlanStep, 'tool' | 'subjects' | 'origins'>[],
): Verdict {
  return decideVerdict({
    settings: policySettings(scope.settings),
    requester: { assurance },
    steps: steps.map((step) => {
      const found = findTool(scope.connections, step.tool);
      const facts = found ? toolFacts(found.tool) : { name: step.tool, ...missing };
      return { tool: facts, subjects: step.subjects, origins: step.origins };
    }),
  });
}
