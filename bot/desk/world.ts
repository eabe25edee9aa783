/** The practice companies as the vendors' sandboxes know them; `practice.yaml` holds the same people and ids. */
import type { World, WorldClient } from '../../connectors/contract.ts';

/** A fresh one for every call: sandboxes may keep parts of it. */
export function practiceWorld(): World {
  return { clients: [acme(), birch(), cedar()] };
}

function acme(): WorldClient {
  const id = (number: number) => `aaaaaaaa-0000-4000-8000-00000000000${number}`;
  const person = (number: number, name: string, mail: string) => ({
    id: id(number),
    name,
    mail,
    roles: [],
    groups: [],
  });
  return {
    slug: 'acme',
    name: 'Acme Corp',
    scopes: { connectwise: '250', m365: '11111111-1111-4111-8111-111111111111', hudu: '11' },
    people: [
      { ...person(1, 'Maya Lopez', 'maya@acme.example'), managerId: id(2), groups: ['VPN Users'] },
      { ...person(2, 'Priya Shah', 'priya@acme.example'), groups: ['Finance', 'VPN Users'] },
      { ...person(3, 'Omar Haddad', 'omar@acme.example'), roles: ['Global Administrator'] },
      {
        ...person(4, 'Lena Fox', 'lena@acme.example'),
        blocked: { by: 'Tom Reed', at: '2026-11-20T16:40:00Z' },
      },
    ],
    groups: [
      { id: 'aaaaaaaa-1111-4000-8000-000000000001', name: 'App - Zendesk' },
      { id: 'aaaaaaaa-1111-4000-8000-000000000002', name: 'App - Salesforce' },
      { id: 'aaaaaaaa-1111-4000-8000-000000000003', name: 'Finance' },
      { id: 'aaaaaaaa-1111-4000-8000-000000000004', name: 'VPN Users' },
    ],
    articles: acmeArticles,
  };
}

const acmeArticles = [
  {
    id: '101',
    title: 'Zendesk access',
    text:
      'Zendesk is opened to the members of the group App - Zendesk. Everybody in support and sales may have it.\n\n' +
      'It takes up to 15 minutes to arrive. Sign out of Microsoft 365 and in again once, then open Zendesk from the app launcher.',
  },
  {
    id: '102',
    title: 'Account lockout',
    text:
      'After ten failed tries the sign-in pauses for a minute; wait and try again.\n' +
      'If it says that the account is blocked, somebody blocked it on purpose. Find out who and why before it is opened again.\n' +
      'When the block is less than a day old, ask the technician who set it.',
  },
  {
    id: '103',
    title: 'VPN setup',
    text:
      'Install "Acme VPN" from the Company Portal.\n' +
      'Open it, choose Acme, and sign in with your work mail.\n' +
      'Approve the sign-in on your phone. The icon turns green when you are connected.\n\n' +
      'You must be in the group VPN Users. The VPN is not needed in the office.',
  },
  {
    id: '104',
    title: 'New starter',
    text:
      'HR tells IT the name, start date, manager and department at least five working days before.\n' +
      'IT makes the account, adds the groups of the department, and sends the laptop to the office.\n' +
      'On the first day the manager hands over the laptop and stays for the first sign-in.',
  },
  {
    id: '105',
    title: 'Leaver',
    text:
      'HR tells IT the last day. At the end of that day IT blocks the sign-in and signs the person out everywhere.\n' +
      'The mailbox goes to the manager for 30 days.\n' +
      'The laptop and the door card go back to the office on the last day.',
  },
];

function birch(): WorldClient {
  return {
    slug: 'birch',
    name: 'Birch Dental',
    scopes: { connectwise: '251', m365: '22222222-2222-4222-8222-222222222222', hudu: '12' },
    people: [
      {
        id: 'bbbbbbbb-0000-4000-8000-000000000001',
        name: 'Ben Ito',
        mail: 'ben@birch.example',
        roles: [],
        groups: ['Reception'],
      },
    ],
    groups: [
      { id: 'bbbbbbbb-1111-4000-8000-000000000001', name: 'App - Zendesk' },
      { id: 'bbbbbbbb-1111-4000-8000-000000000002', name: 'App - Dentally' },
      { id: 'bbbbbbbb-1111-4000-8000-000000000003', name: 'Reception' },
    ],
    articles: [
      {
        id: '201',
        title: 'Dentally access',
        text: 'Dentally is opened to the members of the group App - Dentally. The practice owner has to agree. Sign out and in once afterwards.',
      },
      {
        id: '202',
        title: 'Reception printer',
        text: 'Choose "Reception" in the print window. If nothing comes out, switch the printer off, wait ten seconds, and switch it on again.',
      },
    ],
  };
}

function cedar(): WorldClient {
  return {
    slug: 'cedar',
    name: 'Cedar Legal',
    scopes: { connectwise: '252', m365: '33333333-3333-4333-8333-333333333333', hudu: '13' },
    people: [
      {
        id: 'cccccccc-0000-4000-8000-000000000001',
        name: 'Carol Diaz',
        mail: 'carol@cedar.example',
        roles: [],
        groups: ['Partners'],
      },
    ],
    groups: [
      { id: 'cccccccc-1111-4000-8000-000000000001', name: 'App - Clio' },
      { id: 'cccccccc-1111-4000-8000-000000000002', name: 'App - Zendesk' },
      { id: 'cccccccc-1111-4000-8000-000000000003', name: 'Partners' },
    ],
    articles: [
      {
        id: '301',
        title: 'Clio access',
        text: 'Clio is opened to the members of the group App - Clio. It takes up to 15 minutes. Sign out and in once.',
      },
      {
        id: '302',
        title: 'VPN setup',
        text: 'Install "Cedar VPN" from the Company Portal and sign in with your work mail. Approve the sign-in on your phone.',
      },
    ],
  };
}
