/**
 * The whole flow as it could be written by hand: raw pg, pg-boss, the same vendors, the same chat, no policies,
 * no planner, no views. A program of its own: `floor-flow.ts DATABASE_URL VENDORS_JSON`.
 */
import { createHash, randomUUID } from 'node:crypto';
import { Agent, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { PgBoss } from 'pg-boss';
import { sandboxLogin } from '../../connectors/connectwise/sandbox.ts';
import { sandboxSecrets } from '../../connectors/m365/sandbox.ts';
import { bodyOf, send } from './load.ts';
import { apps, askers, connectwiseConfig, m365Config, type Asker, type VendorUrls } from './stage.ts';

const [, , url = '', vendorsText = '{}'] = process.argv;
const vendors = JSON.parse(vendorsText) as VendorUrls;
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const pool = new pg.Pool({ connectionString: url, max: 20 });
const boss = new PgBoss({ connectionString: url, max: 4, useListenNotify: true, schedule: false });
const people = new Map(askers.map((asker) => [asker.aadObjectId, asker]));

await pool.query(`
  CREATE TABLE f1_requests (id uuid PRIMARY KEY, key text UNIQUE NOT NULL, user_id text NOT NULL, service_url text NOT NULL, text text NOT NULL,
    state text NOT NULL DEFAULT 'received', ticket text, at timestamptz NOT NULL DEFAULT clock_timestamp());
  CREATE TABLE f1_plans (id uuid PRIMARY KEY, request_id uuid NOT NULL REFERENCES f1_requests, canonical text NOT NULL, digest text NOT NULL);
  CREATE TABLE f1_approvals (id uuid PRIMARY KEY, plan_id uuid NOT NULL REFERENCES f1_plans, digest text NOT NULL, decided_by text,
    decided_at timestamptz, expires_at timestamptz NOT NULL, card text);
  CREATE TABLE f1_steps (plan_id uuid NOT NULL, position int NOT NULL, claimed_at timestamptz NOT NULL DEFAULT clock_timestamp(), result text, PRIMARY KEY (plan_id, position));
  CREATE TABLE f1_audit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, request_id uuid NOT NULL, body jsonb NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp());`);

const run = <Row extends pg.QueryResultRow>(
  on: pg.Pool | pg.PoolClient,
  name: string,
  text: string,
  values: unknown[],
) => on.query<Row>({ name, text, values }).then((result) => result.rows);

async function inTransaction<T>(work: (tx: pg.PoolClient) => Promise<T>): Promise<T> {
  const tx = await pool.connect();
  try {
    await tx.query('BEGIN');
    const result = await work(tx);
    await tx.query('COMMIT');
    return result;
  } catch (error) {
    await tx.query('ROLLBACK');
    throw error;
  } finally {
    tx.release();
  }
}

const enqueue = (tx: pg.PoolClient, name: string, data: object) =>
  boss.send(name, data, { db: { executeSql: (text, values) => tx.query(text, values as unknown[]) } });

const audit = (on: pg.Pool | pg.PoolClient, requestId: string, body: object) =>
  run(on, 'audit', 'INSERT INTO f1_audit (request_id, body) VALUES ($1, $2)', [requestId, body]);

interface Activity {
  id: string;
  type: string;
  text?: string;
  serviceUrl: string;
  from: { aadObjectId: string; name: string };
  value?: { action: { data: { approvalId: string; digest: string } } };
}

async function intake(activity: Activity): Promise<void> {
  await inTransaction(async (tx) => {
    const id = randomUUID();
    const [fresh] = await run(
      tx,
      'intake',
      'INSERT INTO f1_requests (id, key, user_id, service_url, text) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (key) DO NOTHING RETURNING id',
      [id, activity.id, activity.from.aadObjectId, activity.serviceUrl, activity.text],
    );
    if (fresh) await enqueue(tx, 'f1-diagnose', { id });
  });
}

interface RequestRow {
  id: string;
  user_id: string;
  service_url: string;
  text: string;
  ticket: string;
}

async function diagnose(id: string): Promise<void> {
  const [request] = await run<RequestRow>(
    pool,
    'take',
    `UPDATE f1_requests SET state = 'diagnosing' WHERE id = $1 AND state = 'received' RETURNING *`,
    [id],
  );
  if (!request) return;
  const asker = people.get(request.user_id) as Asker;
  const user = await graph<{ id: string; displayName: string }>(asker, 'GET', `/users/${asker.aadObjectId}`);
  const groups = await graph<{ value: { id: string; displayName: string }[] }>(asker, 'GET', '/groups');
  const steps = groups.value
    .filter((group) => apps.includes(group.displayName))
    .map((group) => ({ tool: 'add', groupId: group.id, userId: user.id }));
  const ticket = await connectwise<{ id: number }>('/service/tickets', {
    summary: request.text,
    board: { name: 'Service Desk' },
    company: { id: Number(asker.companyId) },
  });
  const canonical = JSON.stringify({ request: id, user, steps });
  const digest = createHash('sha256').update(canonical).digest('hex');
  const planId = randomUUID();
  const approvalId = randomUUID();
  await inTransaction(async (tx) => {
    await run(
      tx,
      'plan',
      'INSERT INTO f1_plans (id, request_id, canonical, digest) VALUES ($1, $2, $3, $4)',
      [planId, id, canonical, digest],
    );
    await run(
      tx,
      'approval',
      `INSERT INTO f1_approvals (id, plan_id, digest, expires_at) VALUES ($1, $2, $3, clock_timestamp() + interval '24 hours')`,
      [approvalId, planId, digest],
    );
    await run(tx, 'waiting', `UPDATE f1_requests SET state = 'waiting', ticket = $2 WHERE id = $1`, [
      id,
      ticket.id,
    ]);
    await audit(tx, id, { kind: 'plan.frozen', digest });
  });
  await connectwise(`/service/tickets/${ticket.id}/notes`, {
    text: canonical,
    internalAnalysisFlag: true,
    detailDescriptionFlag: false,
    resolutionFlag: false,
  });
  await say(request.service_url, asker.technician.aadObjectId, {
    attachments: [
      {
        content: {
          title: `Give ${user.displayName} access`,
          actions: [{ type: 'Action.Execute', verb: 'approve', data: { approvalId, digest } }],
        },
      },
    ],
  });
}

async function decide(activity: Activity): Promise<string> {
  const { approvalId, digest } = activity.value?.action.data ?? { approvalId: '', digest: '' };
  return inTransaction(async (tx) => {
    const [used] = await run<{ plan_id: string }>(
      tx,
      'consume',
      `UPDATE f1_approvals SET decided_by = $3, decided_at = clock_timestamp() WHERE id = $1 AND digest = $2 AND decided_at IS NULL
         AND expires_at > clock_timestamp() RETURNING plan_id`,
      [approvalId, digest, activity.from.aadObjectId],
    );
    if (!used) return 'This was decided already.';
    await enqueue(tx, 'f1-execute', { planId: used.plan_id });
    return 'Approved.';
  });
}

async function execute(planId: string): Promise<void> {
  const [plan] = await run<RequestRow & { request_id: string; canonical: string }>(
    pool,
    'signed',
    'SELECT p.request_id, p.canonical, r.* FROM f1_plans p JOIN f1_requests r ON r.id = p.request_id WHERE p.id = $1',
    [planId],
  );
  if (!plan) return;
  const { steps } = JSON.parse(plan.canonical) as { steps: { groupId: string; userId: string }[] };
  const asker = people.get(plan.user_id) as Asker;
  for (const [position, step] of steps.entries()) {
    const [claimed] = await run(
      pool,
      'claim',
      `INSERT INTO f1_steps (plan_id, position) SELECT p.id, $2 FROM f1_plans p JOIN f1_approvals a ON a.plan_id = p.id
         WHERE p.id = $1 AND a.digest = p.digest AND a.decided_at < a.expires_at ON CONFLICT DO NOTHING RETURNING position`,
      [planId, position],
    );
    if (!claimed) return;
    await graph(asker, 'POST', `/groups/${step.groupId}/members/$ref`, {
      '@odata.id': `${vendors.m365}/v1.0/directoryObjects/${step.userId}`,
    });
    await run(pool, 'record', 'UPDATE f1_steps SET result = $3 WHERE plan_id = $1 AND position = $2', [
      planId,
      position,
      'done',
    ]);
  }
  await inTransaction(async (tx) => {
    await run(tx, 'done', `UPDATE f1_requests SET state = 'done' WHERE id = $1`, [plan.request_id]);
    await audit(tx, plan.request_id, { kind: 'plan.done', planId });
  });
  await say(plan.service_url, asker.aadObjectId, { text: 'Done. You have access.' });
  await connectwise(`/service/tickets/${plan.ticket}/notes`, {
    text: 'Done.',
    internalAnalysisFlag: true,
    detailDescriptionFlag: false,
    resolutionFlag: false,
  });
}

const tokens = new Map<string, Promise<string>>();
function tokenOf(tenantId: string): Promise<string> {
  const known = tokens.get(tenantId) ?? newToken(tenantId);
  tokens.set(tenantId, known);
  return known;
}

async function newToken(tenantId: string): Promise<string> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    scope: 'https://graph.microsoft.com/.default',
    client_id: m365Config.clientId,
    client_secret: sandboxSecrets.clientSecret,
  });
  const text = await send(agent, `${vendors.m365}/${tenantId}/oauth2/v2.0/token`, form.toString(), {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  return (JSON.parse(text) as { access_token: string }).access_token;
}

async function graph<T>(asker: Asker, method: string, path: string, body?: object): Promise<T> {
  const headers = { authorization: `Bearer ${await tokenOf(asker.tenantId)}` };
  const text = await send(agent, `${vendors.m365}/v1.0${path}`, body ? JSON.stringify(body) : '', {
    method,
    headers,
  });
  return (text ? JSON.parse(text) : null) as T;
}

async function connectwise<T>(path: string, body: object): Promise<T> {
  const headers = sandboxLogin(connectwiseConfig, 'Countersign');
  return JSON.parse(
    await send(agent, `${vendors.connectwise}/v4_6_release/apis/3.0${path}`, JSON.stringify(body), {
      headers,
    }),
  ) as T;
}

async function say(serviceUrl: string, userId: string, activity: object): Promise<void> {
  await send(
    agent,
    `${serviceUrl}/v3/conversations/a:${userId}/activities`,
    JSON.stringify({ type: 'message', ...activity }),
  );
}

const AT_ONCE = 32;
async function work(name: string, one: (data: never) => Promise<void>): Promise<void> {
  const running = new Set<Promise<void>>();
  await boss.createQueue(name, { notify: true });
  await boss.work(
    name,
    { batchSize: 10, localConcurrency: 2, burstWhenBatchFull: true, pollingIntervalSeconds: 1 },
    async (batch: { data: unknown }[]) => {
      for (const job of batch) {
        while (running.size >= AT_ONCE) await Promise.race(running);
        const run: Promise<void> = one(job.data as never)
          .catch((error: unknown) => void process.stderr.write(`${String(error)}\n`))
          .finally(() => running.delete(run));
        running.add(run);
      }
    },
  );
}

boss.on('error', (error) => void process.stderr.write(`${error.message}\n`));
await boss.start();
await work('f1-diagnose', ({ id }: { id: string }) => diagnose(id));
await work('f1-execute', ({ planId }: { planId: string }) => execute(planId));

const server = createServer((message, response) => {
  void bodyOf(message)
    .then(async (body) => {
      const activity = JSON.parse(body) as Activity;
      const answer = activity.type === 'invoke' ? await decide(activity) : await intake(activity);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ answer }));
    })
    .catch((error: unknown) => response.writeHead(500).end(String(error)));
});
server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`floor http://127.0.0.1:${(server.address() as AddressInfo).port}/api/messages\n`),
);
process.once('disconnect', () => process.exit(0));
