/** The one HTTP server: Slack, Teams, PSA webhooks, health and metrics. Channels add their own routes to it. */
import type { Server } from 'node:http';
import express, { type Express, type Request, type Response } from 'express';
import type { Logger } from 'pino';
import { ConnectorError } from '../connectors/contract.ts';
import type { Engine } from '../engine/index.ts';

const KEEP_ALIVE_MS = 65_000;
const LARGEST_WEBHOOK_BYTES = 1024 * 1024;

export function createHttpApp(): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use((request, response, next) => {
    // A body that was refused half-read would hold up the connection's next request.
    response.once('finish', () => request.resume());
    next();
  });
  return app;
}

export interface HttpRoutes {
  engine: Engine;
  /** Prometheus text. */
  metrics(): Promise<string>;
  log: Logger;
}

export function addRoutes(app: Express, { engine, metrics, log }: HttpRoutes): void {
  app.get('/healthz', (_request, response) => void response.json({ ok: true }));
  app.get('/readyz', async (_request, response) => {
    const ready = await engine.isReady().catch(() => false);
    response.status(ready ? 200 : 503).json({ ok: ready });
  });
  app.get(
    '/metrics',
    async (_request, response) => void response.type('text/plain; version=0.0.4').send(await metrics()),
  );
  app.post(
    '/webhooks/:connectionId',
    express.raw({ type: () => true, limit: LARGEST_WEBHOOK_BYTES }),
    (request, response) => takeWebhook(engine, request, response),
  );
  app.use(
    (error: { status?: number }, _request: Request, response: Response, next: (error: unknown) => void) => {
      if (response.headersSent) return next(error);
      const status = error.status && error.status >= 400 && error.status < 500 ? error.status : 500;
      if (status === 500)
        log.error(
          { error: error instanceof Error ? error.message : 'unknown' },
          'a request could not be answered',
        );
      response.status(status).json({
        error:
          status === 413
            ? 'too large'
            : status === 500
              ? 'something went wrong on our side'
              : 'not understood',
      });
    },
  );
}

const statuses = { accepted: 200, refused: 401, malformed: 400, unknown: 404 };

/** A signature that cannot be checked right now is answered so that the vendor sends it again. */
async function takeWebhook(engine: Engine, request: Request, response: Response): Promise<void> {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  try {
    const answer = await engine.webhook(String(request.params['connectionId']), {
      body,
      headers: singles(request.headers),
      query: singles(request.query),
    });
    response.status(statuses[answer]).json({ ok: answer === 'accepted' });
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    response.status(429).set('retry-after', '5').json({ ok: false });
  }
}

function singles(values: Record<string, unknown>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? value : undefined]),
  );
}

export function listen(app: Express, port: number, host: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = app.listen(port, host, (error?: Error) => (error ? reject(error) : resolve(server)));
    // Longer than a load balancer keeps a connection, so that it never meets one that we are closing.
    server.keepAliveTimeout = KEEP_ALIVE_MS;
    server.headersTimeout = KEEP_ALIVE_MS + 1_000;
  });
}
