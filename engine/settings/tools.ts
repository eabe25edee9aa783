import { closest } from 'fastest-levenshtein';
import type { Connector, Tool } from '../../connectors/contract.ts';
import type { Setting } from '../domain.ts';

export type AnyTool = Tool<unknown, never>;

export function toolsOf(connectors: Connector[]): AnyTool[] {
  return connectors.flatMap((connector) => connector.tools);
}

/** The tool of that name, or a sentence that names the nearest one. */
export function toolNamed(connectors: Connector[], name: string): AnyTool | string {
  const tools = toolsOf(connectors);
  const found = tools.find((tool) => tool.name === name);
  if (found) return found;
  if (tools.length === 0) return `There is no tool ${name}.`;
  const nearest = closest(
    name,
    tools.map((tool) => tool.name),
  );
  return `There is no tool ${name}. Did you mean ${nearest}?`;
}

/** Why a tool may not have this setting, as a sentence; null when it may. No setting loosens what the tool declares. */
export function floorAgainst(tool: AnyTool, setting: Setting): string | null {
  if (setting !== 'auto' || tool.effect === 'read' || tool.risk === 'low') return null;
  return `${tool.name} is ${tool.risk} risk and never runs by itself. Choose approval_needed or disabled.`;
}
