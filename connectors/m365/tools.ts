import type { Tool } from '../contract.ts';
import type { GraphApi } from './api.ts';
import { enableSignIn } from './tools/enable-sign-in.ts';
import { addGroupMember, removeGroupMember } from './tools/membership.ts';
import { reads } from './tools/reads.ts';
import { revokeSessions } from './tools/revoke-sessions.ts';

export const tools: Tool<GraphApi, never>[] = [
  ...reads,
  enableSignIn,
  addGroupMember,
  removeGroupMember,
  revokeSessions,
];
