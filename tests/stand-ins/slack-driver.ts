/** Slack as the caller: signed events, slash commands, clicks and modals, to our server over real HTTP. */
import { createHmac } from 'node:crypto';
import type { SlackStandIn } from './slack.ts';

export interface Answered {
  status: number;
  text: string;
}

export interface Posting {
  /** Unix seconds; now when left out. */
  timestamp?: number;
  /** Replaces the right one; null leaves it out. */
  signature?: string | null;
  headers?: Record<string, string>;
}

interface Spot {
  team: string;
  user: string;
  channel: string;
}

export type Button = { action_id: string; value?: string };

export interface SlackDriver {
  /** Signs a body and posts it to /slack/events. */
  post(body: string, contentType: string, posting?: Posting): Promise<Answered>;
  event(
    team: string,
    event: Record<string, unknown>,
    more?: { envelope?: Record<string, unknown> } & Posting,
  ): Promise<Answered>;
  /** A message in the user's DM with us. */
  dm(from: { team: string; user: string }, text: string, more?: Record<string, unknown>): Promise<Answered>;
  /** A mention as Slack sends it: once as app_mention, once as message. */
  mention(from: Spot, text: string, more?: Record<string, unknown>): Promise<Answered[]>;
  slash(from: Spot, text: string): Promise<Answered>;
  /** A click on a button of a message. */
  click(
    from: Spot,
    button: Button,
    message: { ts: string; thread_ts?: string; ephemeral?: boolean },
  ): Promise<Answered>;
  /** A modal sent off, with what was typed into each input. */
  submit(
    from: Omit<Spot, 'channel'>,
    view: Record<string, unknown>,
    answers: Record<string, string | null>,
  ): Promise<Answered>;
}

/** `baseUrl` is our server's. */
export function createSlackDriver(slack: SlackStandIn, baseUrl: string, signingSecret: string): SlackDriver {
  let events = 0;

  async function post(body: string, contentType: string, posting: Posting = {}): Promise<Answered> {
    const timestamp = posting.timestamp ?? Math.floor(Date.now() / 1000);
    const right = `v0=${createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
    const signature = posting.signature === undefined ? right : posting.signature;
    const response = await fetch(new URL('/slack/events', baseUrl), {
      method: 'POST',
      headers: {
        'content-type': contentType,
        'x-slack-request-timestamp': String(timestamp),
        ...(signature === null ? {} : { 'x-slack-signature': signature }),
        ...posting.headers,
      },
      body,
    });
    return { status: response.status, text: await response.text() };
  }

  const form = (fields: Record<string, string>): Promise<Answered> =>
    post(new URLSearchParams(fields).toString(), 'application/x-www-form-urlencoded');
  const interaction = (payload: unknown): Promise<Answered> => form({ payload: JSON.stringify(payload) });

  const event: SlackDriver['event'] = (team, inner, more = {}) => {
    const { envelope, ...posting } = more;
    const body = {
      type: 'event_callback',
      team_id: team,
      api_app_id: 'A0APP',
      event_id: `Ev${(events += 1)}`,
      event_time: 1763683200,
      authorizations: [
        {
          enterprise_id: null,
          team_id: team,
          user_id: slack.botUserId,
          is_bot: true,
          is_enterprise_install: false,
        },
      ],
      event: inner,
      ...envelope,
    };
    return post(JSON.stringify(body), 'application/json', posting);
  };

  return {
    post,
    event,
    dm: ({ team, user }, text, more = {}) =>
      event(team, {
        type: 'message',
        channel_type: 'im',
        channel: slack.dm(user),
        user,
        team,
        ts: slack.newTs(),
        text,
        ...more,
      }),
    mention: async ({ team, user, channel }, text, more = {}) => {
      const inner = {
        channel,
        user,
        team,
        ts: slack.newTs(),
        text: `<@${slack.botUserId}> ${text}`,
        ...more,
      };
      return [
        await event(team, { type: 'app_mention', ...inner }),
        await event(team, { type: 'message', channel_type: 'channel', ...inner }),
      ];
    },
    slash: ({ team, user, channel }, text) =>
      form({
        command: '/countersign',
        text,
        team_id: team,
        user_id: user,
        channel_id: channel,
        trigger_id: slack.newTrigger(),
        response_url: slack.newResponseUrl(),
      }),
    click: ({ team, user, channel }, button, { ephemeral, ...message }) =>
      interaction({
        type: 'block_actions',
        team: { id: team },
        user: { id: user, team_id: team },
        trigger_id: slack.newTrigger(),
        response_url: slack.newResponseUrl(),
        channel: { id: channel },
        container: {
          type: 'message',
          message_ts: message.ts,
          channel_id: channel,
          is_ephemeral: ephemeral ?? false,
        },
        ...(ephemeral ? {} : { message }),
        actions: [{ type: 'button', block_id: 'b1', ...button }],
      }),
    submit: ({ team, user }, view, answers) =>
      interaction({
        type: 'view_submission',
        team: { id: team },
        user: { id: user, team_id: team },
        view: {
          ...view,
          id: 'V1',
          state: {
            values: Object.fromEntries(
              Object.entries(answers).map(([id, value]) => [
                id,
                { value: { type: 'plain_text_input', value } },
              ]),
            ),
          },
        },
      }),
  };
}
