/** Two companies for connector tests; Birch repeats Acme's names, so that a leak between them would show. */
import type { World } from '../../connectors/contract.ts';

export const acme = '11111111-1111-4111-8111-111111111111';
export const birch = '22222222-2222-4222-8222-222222222222';
export const maya = 'aaaaaaaa-0000-4000-8000-000000000001';
export const priya = 'aaaaaaaa-0000-4000-8000-000000000002';
export const omar = 'aaaaaaaa-0000-4000-8000-000000000003';
export const lena = 'aaaaaaaa-0000-4000-8000-000000000004';
export const ben = 'bbbbbbbb-0000-4000-8000-000000000001';
export const zendesk = 'aaaaaaaa-1111-4000-8000-000000000001';
export const finance = 'aaaaaaaa-1111-4000-8000-000000000002';
export const birchZendesk = 'bbbbbbbb-1111-4000-8000-000000000001';
export const acmeHudu = '12';
export const birchHudu = '13';

/** A fresh one for every test: sandboxes may keep parts of it. */
export function practiceWorld(): World {
  return {
    clients: [
      {
        slug: 'acme',
        name: 'Acme Corp',
        scopes: { connectwise: '250', m365: acme, hudu: acmeHudu },
        people: [
          {
            id: maya,
            name: 'Maya Lopez',
            mail: 'Maya@acme.example',
            managerId: priya,
            roles: [],
            groups: ['Finance'],
          },
          { id: priya, name: 'Priya Shah', mail: 'priya@acme.example', roles: [], groups: [] },
          {
            id: omar,
            name: 'Omar Haddad',
            mail: 'omar@acme.example',
            roles: ['Global Administrator'],
            groups: [],
          },
          {
            id: lena,
            name: 'Lena Fox',
            mail: 'lena@acme.example',
            managerId: priya,
            blocked: { by: 'Tom Reed', at: '2026-03-03T14:02:00Z' },
            roles: [],
            groups: [],
          },
        ],
        groups: [
          { id: zendesk, name: 'App - Zendesk' },
          { id: finance, name: 'Finance' },
        ],
        articles: [
          {
            id: '1',
            title: 'Zendesk access',
            text: 'Ask IT for the App - Zendesk group.\n\nIt takes 15 minutes & one new sign-in.',
          },
          { id: '2', title: 'VPN setup', text: 'Install the VPN client.\nSign in with your mail.' },
        ],
      },
      {
        slug: 'birch',
        name: 'Birch Dental',
        scopes: { connectwise: '251', m365: birch, hudu: birchHudu },
        people: [
          { id: ben, name: 'Ben Ito', mail: 'ben@birch.example', roles: [], groups: ['App - Zendesk'] },
        ],
        groups: [{ id: birchZendesk, name: 'App - Zendesk' }],
        articles: [{ id: '1', title: 'Zendesk access at Birch', text: 'Only for Birch.' }],
      },
    ],
  };
}
