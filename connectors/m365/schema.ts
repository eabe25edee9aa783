/** Graph v1.0 wire shapes, only the fields that are used. Source: https://learn.microsoft.com/graph/api/overview */
import { z } from 'zod';

/** Id of a directory object as an argument: nothing that could mean anything within a path. */
export const objectId = z.string().regex(/^[A-Za-z0-9][\w-]{0,99}$/);

/** Graph takes ids in any case and answers in lower case. */
export function sameId(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Names are shown to people: no control, format or direction characters, and no line breaks. */
const shownName = z
  .string()
  .nullish()
  .transform((name) => (name ?? '').replace(/[\p{C}\s]+/gu, ' ').trim() || null);

export const userFields =
  'id,displayName,givenName,mail,userPrincipalName,userType,accountEnabled,onPremisesSyncEnabled,signInSessionsValidFromDateTime';
export const UserWire = z.object({
  '@odata.type': z.string().optional(),
  id: z.string().min(1),
  displayName: shownName,
  givenName: shownName,
  mail: z.string().nullish(),
  userPrincipalName: z.string().nullish(),
  userType: z.string().nullish(),
  accountEnabled: z.boolean(),
  onPremisesSyncEnabled: z.boolean().nullish(),
  signInSessionsValidFromDateTime: z.string().nullish(),
});
export type UserWire = z.infer<typeof UserWire>;

export const groupFields = 'id,displayName,groupTypes,mailEnabled,isAssignableToRole,onPremisesSyncEnabled';
export const GroupWire = z.object({
  id: z.string().min(1),
  displayName: shownName,
  groupTypes: z.array(z.string()),
  mailEnabled: z.boolean(),
  isAssignableToRole: z.boolean().nullish(),
  onPremisesSyncEnabled: z.boolean().nullish(),
});
export type GroupWire = z.infer<typeof GroupWire>;

/** What memberOf and members give: users, groups, directory roles and more, told apart by `@odata.type`. */
export const ObjectWire = z.object({
  '@odata.type': z.string(),
  id: z.string().min(1),
  displayName: shownName,
  mail: z.string().nullish(),
  userPrincipalName: z.string().nullish(),
});
export const objectTypes = {
  user: '#microsoft.graph.user',
  group: '#microsoft.graph.group',
  directoryRole: '#microsoft.graph.directoryRole',
} as const;

export const IdWire = z.object({ id: z.string().min(1) });

const actor = z
  .object({ displayName: z.string().nullish(), userPrincipalName: z.string().nullish() })
  .nullish();
export const AuditWire = z.object({
  activityDateTime: z.string(),
  activityDisplayName: z.string(),
  result: z.string().nullish(),
  initiatedBy: z.object({ user: actor, app: actor }).nullish(),
  targetResources: z.array(z.object({ id: z.string().nullish() })).nullish(),
});

export const SignInActivityWire = z.object({
  signInActivity: z
    .object({ lastSuccessfulSignInDateTime: z.string().nullish(), lastSignInDateTime: z.string().nullish() })
    .nullish(),
});

export const RevokedWire = z.object({ value: z.boolean().nullish() });
