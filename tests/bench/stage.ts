/** The practice house grown large: several Msps, so that neither one technician's chat nor one Client's audit chain is the bound. */
import type { World } from '../../connectors/contract.ts';

const MSPS = 4;
const CLIENTS_PER_MSP = 4;
const PEOPLE_PER_CLIENT = 40;

export interface Somebody {
  tenantId: string;
  aadObjectId: string;
  name: string;
}

export interface Asker extends Somebody {
  /** Unique, and the number in the name. */
  number: number;
  mail: string;
  technician: Somebody;
  /** The Client's company in the PSA. */
  companyId: string;
}

export const connectwiseConfig = {
  companyId: 'bench',
  publicKey: 'bench-public-key',
  clientId: '7d9d9a3c-0000-4000-8000-000000000000',
  boards: ['Service Desk'],
  statuses: {
    in_progress: 'In Progress',
    waiting: 'Waiting',
    done: 'Completed',
    needs_person: 'Needs Technician',
  },
};
export const m365Config = { clientId: '99999999-aaaa-4000-8000-000000000001' };

/** What everybody asks: a plan of two Steps. */
export const ask = 'I need access to Zendesk and Salesforce';
export const apps = ['App - Zendesk', 'App - Salesforce'];

const guid = (kind: number, number: number) =>
  `${String(kind).padStart(8, '0')}-0000-4000-8000-${String(number).padStart(12, '0')}`;
const clientIndexes = Array.from({ length: MSPS * CLIENTS_PER_MSP }, (_, index) => index);
const mspOf = (client: number) => Math.floor(client / CLIENTS_PER_MSP);
const technicianOf = (msp: number): Somebody => ({
  tenantId: guid(1, msp),
  aadObjectId: guid(2, msp),
  name: `Tom Reed${msp}`,
});

/** Everybody who can ask, Client by turns. */
export const askers: Asker[] = Array.from({ length: PEOPLE_PER_CLIENT }, (_, place) => place).flatMap(
  (place) =>
    clientIndexes.map((client) => {
      const number = client * PEOPLE_PER_CLIENT + place;
      return {
        number,
        tenantId: guid(3, client),
        aadObjectId: guid(4, number),
        name: `Maya N${number}`,
        mail: `maya${number}@client${client}.example`,
        technician: technicianOf(mspOf(client)),
        companyId: String(1000 + client),
      };
    }),
);

const peopleOf = (client: number) => askers.filter((asker) => asker.tenantId === guid(3, client));

export const groupId = (client: number, place: number) => guid(5, client * 10 + place);

/** The same companies as the vendors know them. */
export function benchWorld(): World {
  return {
    clients: clientIndexes.map((client) => ({
      slug: `client${client}`,
      name: `Client ${client}`,
      scopes: { connectwise: String(1000 + client), m365: guid(3, client), hudu: String(2000 + client) },
      people: peopleOf(client).map(({ aadObjectId, name, mail }) => ({
        id: aadObjectId,
        name,
        mail,
        roles: [],
        groups: [],
      })),
      groups: [...apps, 'Finance', 'VPN Users'].map((name, place) => ({ id: groupId(client, place), name })),
      articles: [
        {
          id: String(100 + client),
          title: 'Zendesk access',
          text: 'Zendesk is opened to the members of the group App - Zendesk. Sign out and in once.',
        },
      ],
    })),
  };
}

export interface VendorUrls {
  connectwise: string;
  m365: string;
  hudu: string;
}

/** One settings file per Msp, whose connections point at the vendors. */
export function benchSettings(urls: VendorUrls): object[] {
  return Array.from({ length: MSPS }, (_, msp) => {
    const { tenantId, aadObjectId, name } = technicianOf(msp);
    const connection = (connector: keyof VendorUrls, config: object) => ({
      id: `msp${msp}-${connector}`,
      connector,
      sandbox: true,
      url: urls[connector],
      config,
    });
    return {
      msp: {
        slug: `msp${msp}`,
        name: `Msp ${msp}`,
        mode: 'execute',
        timeZone: 'Europe/London',
        workspaces: { teams: [tenantId] },
        people: [{ name, mail: `tom@msp${msp}.example`, roles: ['msp_technician'], teams: aadObjectId }],
      },
      clients: clientIndexes
        .filter((client) => mspOf(client) === msp)
        .map((client) => ({
          slug: `client${client}`,
          name: `Client ${client}`,
          mode: 'execute',
          workspaces: { teams: [guid(3, client)] },
          people: peopleOf(client).map((asker) => ({
            name: asker.name,
            mail: asker.mail,
            teams: asker.aadObjectId,
          })),
          mappings: {
            [`msp${msp}-connectwise`]: 1000 + client,
            [`msp${msp}-m365`]: guid(3, client),
            [`msp${msp}-hudu`]: 2000 + client,
          },
        })),
      connections: [
        connection('connectwise', connectwiseConfig),
        connection('m365', m365Config),
        connection('hudu', {}),
      ],
    };
  });
}
