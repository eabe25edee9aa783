-- Tables, as in schema.prisma.

CREATE TABLE "msps" (
  "id" TEXT NOT NULL,
  "slug" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "mode" TEXT NOT NULL DEFAULT 'plan',
  "prompt" TEXT NOT NULL DEFAULT '',
  "time_zone" TEXT NOT NULL DEFAULT 'UTC',
  "persona_name" TEXT,
  "persona_icon_url" TEXT,
  "progress" BOOLEAN NOT NULL DEFAULT true,
  "writes_without_note" BOOLEAN NOT NULL DEFAULT false,
  "stopped_at" TIMESTAMPTZ(6),
  "stopped_by" TEXT,
  "stopped_reason" TEXT,
  "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT "msps_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "clients" (
  "id" TEXT NOT NULL,
  "msp_id" TEXT NOT NULL,
  "slug" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "status" TEXT NOT NULL DEFAULT 'pending',
  "status_reason" TEXT,
  "mode" TEXT NOT NULL DEFAULT 'inherit',
  "prompt" TEXT NOT NULL DEFAULT '',
  "stopped_at" TIMESTAMPTZ(6),
  "stopped_by" TEXT,
  "stopped_reason" TEXT,
  "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT "clients_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "workspaces" (
  "channel" TEXT NOT NULL,
  "external_id" TEXT NOT NULL,
  "msp_id" TEXT NOT NULL,
  "client_id" TEXT,
  "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT "workspaces_pkey" PRIMARY KEY ("channel", "external_id")
);

CREATE TABLE "persons" (
  "id" TEXT NOT NULL,
  "msp_id" TEXT NOT NULL,
  "client_id" TEXT,
  "name" TEXT NOT NULL,
  "mail" TEXT,
  "roles" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
  "vip" BOOLEAN NOT NULL DEFAULT false,
  "audit_key" TEXT,
  "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT "persons_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "identities" (
  "id" TEXT NOT NULL,
  "msp_id" TEXT NOT NULL,
  "client_id" TEXT,
  "person_id" TEXT NOT NULL,
  "channel" TEXT NOT NULL,
  "workspace" TEXT NOT NULL,
  "user_id" TEXT NOT NULL,
  "via" TEXT NOT NULL,
  "address" JSONB,
  "last_seen_at" TIMESTAMPTZ(6),
  "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT "identities_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "connections" (
  "id" TEXT NOT NULL,
  "msp_id" TEXT NOT NULL,
  "client_id" TEXT,
  "connector" TEXT NOT NULL,
  "url" TEXT,
  "config" JSONB NOT NULL DEFAULT '{}'::jsonb,
  "secrets" TEXT,
  "sandbox" BOOLEAN NOT NULL DEFAULT false,
  "status" TEXT NOT NULL DEFAULT 'active',
  "status_reason" TEXT,
  "version" INTEGER NOT NULL DEFAULT 1,
  "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT "connections_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "mappings" (
  "msp_id" TEXT NOT NULL,
  "client_id" TEXT NOT NULL,
  "connection_id" TEXT NOT NULL,
  "external_id" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT "mappings_pkey" PRIMARY KEY ("connection_id", "client_id")
);

CREATE TABLE "policies" (
  "id" TEXT NOT NULL,
  "msp_id" TEXT NOT NULL,
  "client_id" TEXT,
  "tool" TEXT NOT NULL,
  "setting" TEXT NOT NULL,
  "manager" BOOLEAN NOT NULL DEFAULT false,
  "version" INTEGER NOT NULL DEFAULT 1,
  "set_by" TEXT NOT NULL,
  "set_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT "policies_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "setting_changes" (
  "id" TEXT NOT NULL,
  "msp_id" TEXT NOT NULL,
  "client_id" TEXT,
  "what" TEXT NOT NULL,
  "before" JSONB,
  "after" JSONB,
  "by" TEXT NOT NULL,
  "at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT "setting_changes_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "conversations" (
  "id" TEXT NOT NULL,
  "msp_id" TEXT NOT NULL,
  "client_id" TEXT NOT NULL,
  "channel" TEXT NOT NULL,
  "key" TEXT NOT NULL,
  "address" JSONB NOT NULL,
  "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT "conversations_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "requests" (
  "id" TEXT NOT NULL,
  "msp_id" TEXT NOT NULL,
  "client_id" TEXT NOT NULL,
  "requester_id" TEXT,
  "conversation_id" TEXT,
  "channel" TEXT NOT NULL,
  "workspace" TEXT,
  "user_id" TEXT,
  "assurance" TEXT NOT NULL,
  "state" TEXT NOT NULL DEFAULT 'received',
  "mode" TEXT NOT NULL,
  "text" TEXT NOT NULL,
  "asked" JSONB NOT NULL DEFAULT '[]'::jsonb,
  "outcome" TEXT,
  "worker" INTEGER,
  "retries" INTEGER NOT NULL DEFAULT 0,
  "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
  "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
  "closed_at" TIMESTAMPTZ(6),
  CONSTRAINT "requests_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "messages" (
  "channel" TEXT NOT NULL,
  "key" TEXT NOT NULL,
  "id" TEXT NOT NULL,
  "msp_id" TEXT NOT NULL,
  "client_id" TEXT NOT NULL,
  "request_id" TEXT NOT NULL,
  "person_id" TEXT,
  "text" TEXT NOT NULL,
  "at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT "messages_pkey" PRIMARY KEY ("channel", "key")
);

CREATE TABLE "arrivals" (
  "connection_id" TEXT NOT NULL,
  "key" TEXT NOT NULL,
  "msp_id" TEXT NOT NULL,
  "ticket_id" TEXT NOT NULL,
  "state" TEXT NOT NULL DEFAULT 'pending',
  "worker" INTEGER,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "next_attempt_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
  "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT "arrivals_pkey" PRIMARY KEY ("connection_id", "key")
);

CREATE TABLE "tickets" (
  "id" TEXT NOT NULL,
  "msp_id" TEXT NOT NULL,
  "client_id" TEXT NOT NULL,
  "request_id" TEXT NOT NULL,
  "connection_id" TEXT NOT NULL,
  "external_id" TEXT NOT NULL,
  "number" TEXT NOT NULL,
  "url" TEXT,
  "origin" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT "tickets_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "plans" (
  "id" TEXT NOT NULL,
  "msp_id" TEXT NOT NULL,
  "client_id" TEXT NOT NULL,
  "request_id" TEXT NOT NULL,
  "version" INTEGER NOT NULL,
  "state" TEXT NOT NULL DEFAULT 'open',
  "canonical" TEXT NOT NULL,
  "digest" TEXT NOT NULL,
  "code" TEXT NOT NULL,
  "verdict" JSONB NOT NULL,
  "noted_at" TIMESTAMPTZ(6),
  "delay_told" BOOLEAN NOT NULL DEFAULT false,
  "rest_until" TIMESTAMPTZ(6),
  "faults" INTEGER NOT NULL DEFAULT 0,
  "worker" INTEGER,
  "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
  "settled_at" TIMESTAMPTZ(6),
  CONSTRAINT "plans_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "steps" (
  "id" TEXT NOT NULL,
  "msp_id" TEXT NOT NULL,
  "client_id" TEXT NOT NULL,
  "plan_id" TEXT NOT NULL,
  "position" INTEGER NOT NULL,
  "state" TEXT NOT NULL DEFAULT 'pending',
  "worker" INTEGER,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "claimed_at" TIMESTAMPTZ(6),
  "finished_at" TIMESTAMPTZ(6),
  "result" JSONB,
  "outcome" TEXT,
  CONSTRAINT "steps_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "approvals" (
  "id" TEXT NOT NULL,
  "msp_id" TEXT NOT NULL,
  "client_id" TEXT NOT NULL,
  "plan_id" TEXT NOT NULL,
  "signer" TEXT NOT NULL,
  "person_id" TEXT,
  "digest" TEXT NOT NULL,
  "state" TEXT NOT NULL DEFAULT 'open',
  "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
  "expires_at" TIMESTAMPTZ(6) NOT NULL,
  CONSTRAINT "approvals_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "decisions" (
  "approval_id" TEXT NOT NULL,
  "msp_id" TEXT NOT NULL,
  "client_id" TEXT NOT NULL,
  "person_id" TEXT NOT NULL,
  "identity_id" TEXT NOT NULL,
  "answer" TEXT NOT NULL,
  "reason" TEXT,
  "message" TEXT,
  "at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT "decisions_pkey" PRIMARY KEY ("approval_id")
);

CREATE TABLE "grants" (
  "id" TEXT NOT NULL,
  "msp_id" TEXT NOT NULL,
  "client_id" TEXT NOT NULL,
  "plan_id" TEXT NOT NULL,
  "position" INTEGER NOT NULL,
  "ends_at" TIMESTAMPTZ(6) NOT NULL,
  "state" TEXT NOT NULL DEFAULT 'active',
  "settled_at" TIMESTAMPTZ(6),
  CONSTRAINT "grants_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "deliveries" (
  "id" TEXT NOT NULL,
  "seq" BIGSERIAL NOT NULL,
  "msp_id" TEXT NOT NULL,
  "client_id" TEXT,
  "request_id" TEXT,
  "plan_id" TEXT,
  "approval_id" TEXT,
  "kind" TEXT NOT NULL,
  "order_key" TEXT NOT NULL,
  "cause" TEXT NOT NULL,
  "revision" INTEGER NOT NULL DEFAULT 1,
  "sent_revision" INTEGER NOT NULL DEFAULT 0,
  "payload" JSONB NOT NULL,
  "state" TEXT NOT NULL DEFAULT 'pending',
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "next_attempt_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
  "worker" INTEGER,
  "ref" JSONB,
  "error" TEXT,
  "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
  "delivered_at" TIMESTAMPTZ(6),
  CONSTRAINT "deliveries_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "activity" (
  "chain" TEXT NOT NULL,
  "seq" BIGINT NOT NULL,
  "id" TEXT NOT NULL,
  "msp_id" TEXT NOT NULL,
  "client_id" TEXT,
  "request_id" TEXT,
  "person_id" TEXT,
  "at" TIMESTAMPTZ(6) NOT NULL,
  "body" TEXT NOT NULL,
  "sealed" TEXT,
  "prev_hash" TEXT NOT NULL,
  "hash" TEXT NOT NULL,
  CONSTRAINT "activity_pkey" PRIMARY KEY ("chain", "seq")
);

CREATE TABLE "chain_heads" (
  "chain" TEXT NOT NULL,
  "msp_id" TEXT NOT NULL,
  "seq" BIGINT NOT NULL,
  "hash" TEXT NOT NULL,
  CONSTRAINT "chain_heads_pkey" PRIMARY KEY ("chain")
);

CREATE TABLE "checkpoints" (
  "chain" TEXT NOT NULL,
  "seq" BIGINT NOT NULL,
  "msp_id" TEXT NOT NULL,
  "hash" TEXT NOT NULL,
  "signature" TEXT NOT NULL,
  "at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT "checkpoints_pkey" PRIMARY KEY ("chain", "seq")
);

CREATE TABLE "claim_codes" (
  "hash" TEXT NOT NULL,
  "msp_id" TEXT NOT NULL,
  "role" TEXT NOT NULL,
  "expires_at" TIMESTAMPTZ(6) NOT NULL,
  "used_at" TIMESTAMPTZ(6),
  "used_by" TEXT,
  "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT "claim_codes_pkey" PRIMARY KEY ("hash")
);

CREATE TABLE "settings_files" (
  "msp_slug" TEXT NOT NULL,
  "hash" TEXT NOT NULL,
  "applied_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT "settings_files_pkey" PRIMARY KEY ("msp_slug")
);

CREATE UNIQUE INDEX "msps_slug_key" ON "msps"("slug");
CREATE UNIQUE INDEX "clients_msp_id_slug_key" ON "clients"("msp_id", "slug");
CREATE UNIQUE INDEX "clients_msp_id_id_key" ON "clients"("msp_id", "id");
CREATE INDEX "workspaces_msp_id_client_id_idx" ON "workspaces"("msp_id", "client_id");
CREATE UNIQUE INDEX "persons_msp_id_id_key" ON "persons"("msp_id", "id");
CREATE INDEX "persons_msp_id_client_id_mail_idx" ON "persons"("msp_id", "client_id", "mail");
CREATE UNIQUE INDEX "identities_channel_workspace_user_id_key" ON "identities"("channel", "workspace", "user_id");
CREATE INDEX "identities_msp_id_person_id_idx" ON "identities"("msp_id", "person_id");
CREATE UNIQUE INDEX "connections_msp_id_id_key" ON "connections"("msp_id", "id");
CREATE INDEX "connections_msp_id_idx" ON "connections"("msp_id");
CREATE UNIQUE INDEX "mappings_connection_id_external_id_key" ON "mappings"("connection_id", "external_id");
CREATE INDEX "mappings_msp_id_client_id_idx" ON "mappings"("msp_id", "client_id");
CREATE INDEX "policies_msp_id_client_id_idx" ON "policies"("msp_id", "client_id");
CREATE INDEX "setting_changes_msp_id_at_idx" ON "setting_changes"("msp_id", "at");
CREATE UNIQUE INDEX "conversations_channel_key_key" ON "conversations"("channel", "key");
CREATE UNIQUE INDEX "conversations_msp_id_client_id_id_key" ON "conversations"("msp_id", "client_id", "id");
CREATE UNIQUE INDEX "requests_msp_id_client_id_id_key" ON "requests"("msp_id", "client_id", "id");
CREATE INDEX "requests_msp_id_client_id_created_at_idx" ON "requests"("msp_id", "client_id", "created_at");
CREATE INDEX "requests_conversation_id_created_at_idx" ON "requests"("conversation_id", "created_at");
CREATE UNIQUE INDEX "messages_id_key" ON "messages"("id");
CREATE INDEX "messages_request_id_at_idx" ON "messages"("request_id", "at");
CREATE UNIQUE INDEX "tickets_request_id_key" ON "tickets"("request_id");
CREATE UNIQUE INDEX "tickets_connection_id_external_id_key" ON "tickets"("connection_id", "external_id");
CREATE UNIQUE INDEX "plans_request_id_version_key" ON "plans"("request_id", "version");
CREATE UNIQUE INDEX "plans_msp_id_client_id_id_key" ON "plans"("msp_id", "client_id", "id");
CREATE INDEX "plans_state_idx" ON "plans"("state");
CREATE UNIQUE INDEX "steps_plan_id_position_key" ON "steps"("plan_id", "position");
CREATE UNIQUE INDEX "approvals_plan_id_signer_key" ON "approvals"("plan_id", "signer");
CREATE UNIQUE INDEX "approvals_msp_id_client_id_id_key" ON "approvals"("msp_id", "client_id", "id");
CREATE INDEX "approvals_state_expires_at_idx" ON "approvals"("state", "expires_at");
CREATE UNIQUE INDEX "grants_plan_id_position_key" ON "grants"("plan_id", "position");
CREATE INDEX "grants_state_ends_at_idx" ON "grants"("state", "ends_at");
CREATE UNIQUE INDEX "deliveries_cause_key" ON "deliveries"("cause");
CREATE INDEX "deliveries_order_key_seq_idx" ON "deliveries"("order_key", "seq");
CREATE INDEX "deliveries_approval_id_idx" ON "deliveries"("approval_id");
CREATE INDEX "deliveries_plan_id_idx" ON "deliveries"("plan_id");
CREATE INDEX "deliveries_request_id_idx" ON "deliveries"("request_id");
CREATE UNIQUE INDEX "activity_id_key" ON "activity"("id");
CREATE INDEX "activity_msp_id_client_id_at_idx" ON "activity"("msp_id", "client_id", "at");
CREATE INDEX "activity_request_id_idx" ON "activity"("request_id");

-- What Prisma's schema language cannot say: keys that hold a row inside its Msp and Client, states that a
-- check constraint guards, and unique keys with an absent Client.

ALTER TABLE "clients" ADD FOREIGN KEY ("msp_id") REFERENCES "msps"("id");
ALTER TABLE "workspaces" ADD FOREIGN KEY ("msp_id", "client_id") REFERENCES "clients"("msp_id", "id");
ALTER TABLE "workspaces" ADD FOREIGN KEY ("msp_id") REFERENCES "msps"("id");
ALTER TABLE "persons" ADD FOREIGN KEY ("msp_id", "client_id") REFERENCES "clients"("msp_id", "id");
ALTER TABLE "persons" ADD FOREIGN KEY ("msp_id") REFERENCES "msps"("id");
ALTER TABLE "identities" ADD FOREIGN KEY ("msp_id", "person_id") REFERENCES "persons"("msp_id", "id");
ALTER TABLE "connections" ADD FOREIGN KEY ("msp_id") REFERENCES "msps"("id");
ALTER TABLE "connections" ADD FOREIGN KEY ("msp_id", "client_id") REFERENCES "clients"("msp_id", "id");
ALTER TABLE "mappings" ADD FOREIGN KEY ("msp_id", "client_id") REFERENCES "clients"("msp_id", "id");
ALTER TABLE "mappings" ADD FOREIGN KEY ("msp_id", "connection_id") REFERENCES "connections"("msp_id", "id");
ALTER TABLE "policies" ADD FOREIGN KEY ("msp_id", "client_id") REFERENCES "clients"("msp_id", "id");
ALTER TABLE "policies" ADD FOREIGN KEY ("msp_id") REFERENCES "msps"("id");
ALTER TABLE "conversations" ADD FOREIGN KEY ("msp_id", "client_id") REFERENCES "clients"("msp_id", "id");
ALTER TABLE "requests" ADD FOREIGN KEY ("msp_id", "client_id") REFERENCES "clients"("msp_id", "id");
ALTER TABLE "requests" ADD FOREIGN KEY ("msp_id", "client_id", "conversation_id") REFERENCES "conversations"("msp_id", "client_id", "id");
ALTER TABLE "requests" ADD FOREIGN KEY ("msp_id", "requester_id") REFERENCES "persons"("msp_id", "id");
ALTER TABLE "messages" ADD FOREIGN KEY ("msp_id", "client_id", "request_id") REFERENCES "requests"("msp_id", "client_id", "id");
ALTER TABLE "tickets" ADD FOREIGN KEY ("msp_id", "client_id", "request_id") REFERENCES "requests"("msp_id", "client_id", "id");
ALTER TABLE "tickets" ADD FOREIGN KEY ("msp_id", "connection_id") REFERENCES "connections"("msp_id", "id");
ALTER TABLE "plans" ADD FOREIGN KEY ("msp_id", "client_id", "request_id") REFERENCES "requests"("msp_id", "client_id", "id");
ALTER TABLE "steps" ADD FOREIGN KEY ("msp_id", "client_id", "plan_id") REFERENCES "plans"("msp_id", "client_id", "id");
ALTER TABLE "approvals" ADD FOREIGN KEY ("msp_id", "client_id", "plan_id") REFERENCES "plans"("msp_id", "client_id", "id");
ALTER TABLE "approvals" ADD FOREIGN KEY ("msp_id", "person_id") REFERENCES "persons"("msp_id", "id");
ALTER TABLE "decisions" ADD FOREIGN KEY ("msp_id", "client_id", "approval_id") REFERENCES "approvals"("msp_id", "client_id", "id");
ALTER TABLE "decisions" ADD FOREIGN KEY ("msp_id", "person_id") REFERENCES "persons"("msp_id", "id");
ALTER TABLE "grants" ADD FOREIGN KEY ("msp_id", "client_id", "plan_id") REFERENCES "plans"("msp_id", "client_id", "id");
ALTER TABLE "deliveries" ADD FOREIGN KEY ("msp_id", "client_id", "request_id") REFERENCES "requests"("msp_id", "client_id", "id");
ALTER TABLE "deliveries" ADD FOREIGN KEY ("msp_id") REFERENCES "msps"("id");
ALTER TABLE "arrivals" ADD FOREIGN KEY ("msp_id", "connection_id") REFERENCES "connections"("msp_id", "id");
ALTER TABLE "activity" ADD FOREIGN KEY ("msp_id") REFERENCES "msps"("id");
ALTER TABLE "claim_codes" ADD FOREIGN KEY ("msp_id") REFERENCES "msps"("id");

-- Roles live in the Msp's own house only.
ALTER TABLE "persons" ADD CHECK ("client_id" IS NULL OR "roles" = '{}');
ALTER TABLE "requests" ADD CHECK ("state" IN ('received','diagnosing','asking','waiting','verifying','executing','observed','done','failed','denied','expired','handed_off','cancelled'));
ALTER TABLE "plans" ADD CHECK ("state" IN ('open','authorized','running','done','failed','denied','expired','stale','observed'));
ALTER TABLE "approvals" ADD CHECK ("state" IN ('open','approved','denied','expired','superseded'));
ALTER TABLE "steps" ADD CHECK ("state" IN ('pending','running','done','failed','unknown','skipped'));
ALTER TABLE "decisions" ADD CHECK ("answer" IN ('approve','deny'));
ALTER TABLE "policies" ADD CHECK ("setting" IN ('auto','approval_needed','disabled'));

CREATE UNIQUE INDEX "policies_place_key" ON "policies"("msp_id", COALESCE("client_id", ''), "tool");
CREATE UNIQUE INDEX "persons_mail_key" ON "persons"("msp_id", COALESCE("client_id", ''), lower("mail")) WHERE "mail" IS NOT NULL;
-- One open Request that can be continued per conversation.
CREATE INDEX "requests_open_idx" ON "requests"("state", "updated_at") WHERE "closed_at" IS NULL;
CREATE INDEX "arrivals_pending_idx" ON "arrivals"("next_attempt_at") WHERE "state" = 'pending';
CREATE INDEX "deliveries_waiting_idx" ON "deliveries"("order_key", "seq") WHERE "state" IN ('pending', 'sending');
CREATE INDEX "deliveries_pending_idx" ON "deliveries"("next_attempt_at") WHERE "state" IN ('pending','sending');
-- Nothing overtakes within one order key.
CREATE UNIQUE INDEX "deliveries_sending_key" ON "deliveries"("order_key") WHERE "state" = 'sending';

-- Every process holds an advisory lock (7321, its number) on a session of its own while it lives; work that
-- is claimed by a number that nobody holds belongs to nobody.
CREATE FUNCTION "instance_alive"("worker" INTEGER) RETURNS BOOLEAN LANGUAGE sql STABLE AS $$
  SELECT "worker" IS NOT NULL AND EXISTS (
    SELECT 1 FROM pg_locks
    WHERE locktype = 'advisory' AND classid = 7321 AND objid = ("worker")::bigint::oid AND objsubid = 2 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  )
$$;

CREATE FUNCTION "activity_hash"(
  "p_prev" TEXT, "p_chain" TEXT, "p_seq" BIGINT, "p_at" TIMESTAMPTZ, "p_id" TEXT, "p_body" TEXT, "p_sealed" TEXT
) RETURNS TEXT LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(convert_to(
    concat_ws(E'\n', p_prev, p_chain, p_seq::text, to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
      p_id, p_body, encode(sha256(convert_to(COALESCE(p_sealed, ''), 'UTF8')), 'hex')), 'UTF8')), 'hex')
$$;

-- Appends one audit row to its chain. The head's row lock orders writers; it is held until the transaction
-- that the row describes commits, so that the chain has no holes.
CREATE FUNCTION "append_activity"(
  "p_id" TEXT, "p_msp" TEXT, "p_client" TEXT, "p_request" TEXT, "p_person" TEXT, "p_body" TEXT, "p_sealed" TEXT
) RETURNS TEXT LANGUAGE plpgsql AS $$
DECLARE
  v_chain TEXT := CASE WHEN p_client IS NULL THEN 'msp:' || p_msp ELSE 'client:' || p_client END;
  v_seq BIGINT;
  v_prev TEXT;
  v_at TIMESTAMPTZ(6);
  v_hash TEXT;
BEGIN
  INSERT INTO chain_heads(chain, msp_id, seq, hash) VALUES (v_chain, p_msp, 0, repeat('0', 64)) ON CONFLICT DO NOTHING;
  SELECT seq + 1, hash INTO v_seq, v_prev FROM chain_heads WHERE chain = v_chain FOR UPDATE;
  v_at := clock_timestamp();
  v_hash := activity_hash(v_prev, v_chain, v_seq, v_at, p_id, p_body, p_sealed);
  INSERT INTO activity(chain, seq, id, msp_id, client_id, request_id, person_id, at, body, sealed, prev_hash, hash)
  VALUES (v_chain, v_seq, p_id, p_msp, p_client, p_request, p_person, v_at, p_body, p_sealed, v_prev, v_hash);
  UPDATE chain_heads SET seq = v_seq, hash = v_hash WHERE chain = v_chain;
  RETURN v_hash;
END $$;

-- The audit trail is only ever added to.
CREATE FUNCTION "refuse_change"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit trail is append-only';
END $$;
CREATE TRIGGER "activity_append_only" BEFORE UPDATE OR DELETE ON "activity" FOR EACH ROW EXECUTE FUNCTION refuse_change();
