/**
 * ConnectWise PSA's wire shapes, only the fields that are used, and the connection's settings.
 * Source: the Manage REST API (developer.connectwise.com/Products/ConnectWise_PSA/REST).
 */
import { z } from 'zod';

export const configSchema = z.object({
  /** The company id people type at ConnectWise's login page. */
  companyId: z.string().min(1),
  publicKey: z.string().min(1),
  /** The integration's id from developer.connectwise.com/ClientID. */
  clientId: z.string().min(1),
  /** Names of the boards that are let in; the first is where tickets are created. */
  boards: z.array(z.string().min(1)).min(1),
  /** Names of the statuses that are let in; absent means every one that is not closed. */
  admitStatuses: z.array(z.string().min(1)).optional(),
  /** Names on the board for our words; an absent one leaves the ticket's status alone. */
  statuses: z
    .object({
      in_progress: z.string().min(1).optional(),
      waiting: z.string().min(1).optional(),
      done: z.string().min(1).optional(),
      needs_person: z.string().min(1).optional(),
    })
    .default({}),
  /** Name of the ticket source to set on created tickets. */
  source: z.string().min(1).optional(),
});
export type ConnectwiseConfig = z.infer<typeof configSchema>;

export const secretsSchema = z.object({ privateKey: z.string().min(1) });
export type ConnectwiseSecrets = z.infer<typeof secretsSchema>;

const text = z.string().nullish();
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
const reference = z.object({ id: z.number(), name: text });

export const infoSchema = z.object({ version: text });

export const contactSchema = z.object({
  id: z.number(),
  firstName: text,
  lastName: text,
  inactiveFlag: flag,
  company: reference.nullish(),
  communicationItems: z
    .array(z.object({ value: text, communicationType: text, defaultFlag: flag }))
    .nullish()
    .transform((items) => items ?? []),
});
export type ContactRecord = z.infer<typeof contactSchema>;

export const ticketSchema = z.object({
  id: z.number(),
  summary: z.string(),
  board: reference.nullish(),
  status: reference.nullish(),
  company: reference.nullish(),
  contact: reference.nullish(),
  closedFlag: flag,
  externalXRef: text,
  _info: z.object({ dateEntered: text }).nullish(),
});
export type TicketRecord = z.infer<typeof ticketSchema>;

export const noteSchema = z.object({
  id: z.number(),
  text: z
    .string()
    .nullish()
    .transform((value) => value ?? ''),
  detailDescriptionFlag: flag,
  internalAnalysisFlag: flag,
  resolutionFlag: flag,
  member: z.object({ identifier: text }).nullish(),
  contact: reference.nullish(),
  dateCreated: text,
  createdBy: text,
});
export type NoteRecord = z.infer<typeof noteSchema>;

export const callbackSchema = z.object({
  id: z.number(),
  url: text,
  type: text,
  level: text,
  inactiveFlag: flag,
});
export type CallbackRecord = z.infer<typeof callbackSchema>;

export const signingKeySchema = z.object({ signing_key: z.string().min(1) });

/** The body of a callback, of which only the ids and the key's address are looked at. */
export const callbackBodySchema = z.object({
  Action: z.string(),
  Type: z.string(),
  ID: z.union([z.string(), z.number()]).transform(String),
  CompanyId: z.union([z.string(), z.number()]).transform(String),
  Metadata: z.object({ key_url: z.string() }),
});
