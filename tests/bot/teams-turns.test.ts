import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../engine/errors.ts';
import { startBotFramework, type BotFramework } from '../stand-ins/bot-framework.ts';
import { emptyCard, handedOff, maya, startHouse, tom, type House, type HouseOptions } from './teams-house.ts';

let teams: BotFramework;
beforeAll(async () => {
  teams = await startBotFramework();
});
afterAll(() => teams.close());

async function inHouse<T>(options: HouseOptions, use: (house: House) => Promise<T>): Promise<T> {
  const house = await startHouse(options);
  try {
    return await use(house);
  } finally {
    await house.close();
  }
}

const posted = (id: string) => teams.state.posted.filter((each) => each.conversation === id);

describe('a message', () => {
  it('reaches the house with who, where and what, and nothing is said in the turn', () =>
    inHouse({}, async (house) => {
      const callsBefore = teams.calls.length;
      const activity = teams.personalMessage(maya, 'I need access to Zendesk');
      const answer = await teams.deliver(house.endpoint, activity);
      expect(answer).toMatchObject({ status: 200, text: '' });
      const chat = `a:${maya.aadObjectId}`;
      expect(house.messages).toEqual([
        {
          key: `${chat}/${activity.id}`,
          sender: {
            channel: 'teams',
            workspace: maya.tenantId,
            userId: maya.aadObjectId,
            name: 'Maya Lopez',
            mail: null,
            outsider: false,
          },
          conversation: chat,
          address: {
            channel: 'teams',
            where: {
              serviceUrl: teams.url,
              conversation: { id: chat, conversationType: 'personal', tenantId: maya.tenantId },
              bot: { id: `28:${teams.appId}`, name: 'Countersign' },
              user: { id: `29:${maya.aadObjectId}`, aadObjectId: maya.aadObjectId },
            },
          },
          direct: true,
          text: 'I need access to Zendesk',
        },
      ]);
      expect(teams.calls).toHaveLength(callsBefore);
    }));

  it('has the same key when Teams delivers it again', () =>
    inHouse({}, async (house) => {
      const activity = teams.personalMessage(maya, 'hello');
      await teams.deliver(house.endpoint, activity);
      await teams.deliver(house.endpoint, activity);
      expect(new Set(house.messages.map(({ key }) => key)).size).toBe(1);
    }));

  it('in a channel comes without the mention and belongs to its thread', () =>
    inHouse({}, async (house) => {
      await teams.deliver(house.endpoint, teams.channelMessage(maya, 'I need access to Zendesk', '1700'));
      const thread = '19:team@thread.tacv2;messageid=1700';
      expect(house.messages).toMatchObject([
        {
          text: 'I need access to Zendesk',
          direct: false,
          conversation: thread,
          address: { where: { conversation: { id: thread } } },
        },
      ]);
      expect(house.commands).toEqual([]);
      expect(house.seen).toEqual([]);
    }));

  it('from an outsider is no command', () =>
    inHouse({}, async (house) => {
      const activity = teams.personalMessage(tom, 'stop', { channelData: { tenant: { id: maya.tenantId } } });
      await teams.deliver(house.endpoint, activity);
      expect(house.commands).toEqual([]);
      expect(house.messages).toMatchObject([{ sender: { outsider: true } }]);
    }));
});

describe('a command', () => {
  it('is answered in the turn and is no message', () =>
    inHouse({ door: { command: async () => handedOff } }, async (house) => {
      const before = posted(`a:${tom.aadObjectId}`).length;
      await teams.deliver(house.endpoint, teams.personalMessage(tom, 'status'));
      const answers = posted(`a:${tom.aadObjectId}`).slice(before);
      expect(answers).toHaveLength(1);
      expect(answers[0]?.activity).toMatchObject({ type: 'message', summary: handedOff.push });
      expect(answers[0]?.activity).not.toHaveProperty('text');
      expect(house.messages).toEqual([]);
    }));

  it('answers with plain words where words are enough', () => {
    const words = {
      ...emptyCard,
      blocks: [{ type: 'text' as const, text: 'Stopped *everything*.' }],
      push: 'Stopped',
    };
    return inHouse({ door: { command: async () => words } }, async (house) => {
      await teams.deliver(house.endpoint, teams.personalMessage(tom, 'stop'));
      expect(posted(`a:${tom.aadObjectId}`).at(-1)?.activity).toMatchObject({
        text: 'Stopped *everything*.',
        textFormat: 'plain',
      });
    });
  });

  it('that was carried out is acknowledged even when its answer cannot be delivered', () =>
    inHouse({ door: { command: async () => handedOff } }, async (house) => {
      teams.fault({ match: '/v3/', kind: 'status', status: 500, times: 1 });
      const answer = await teams.deliver(house.endpoint, teams.personalMessage(tom, 'stop'));
      teams.fault();
      expect(answer.status).toBe(200);
      expect(house.messages).toEqual([]);
    }));

  it('that fails is not acknowledged', () => {
    const command = () => Promise.reject(new Error('no database'));
    return inHouse({ door: { command } }, async (house) => {
      const answer = await teams.deliver(house.endpoint, teams.personalMessage(tom, 'stop'));
      expect(answer.status).toBe(500);
    });
  });
});

describe('a personal chat', () => {
  it('is told to the house once, however often Teams repeats it, and nobody is greeted', () =>
    inHouse({}, async (house) => {
      const callsBefore = teams.calls.length;
      const installed = teams.installed(tom);
      const joined = {
        ...installed,
        type: 'conversationUpdate',
        membersAdded: [{ id: `28:${teams.appId}` }],
      };
      for (const activity of [installed, joined, installed, teams.personalMessage(tom, 'hi')]) {
        expect((await teams.deliver(house.endpoint, activity)).status).toBe(200);
      }
      expect(house.seen).toMatchObject([
        { sender: { userId: tom.aadObjectId }, address: { where: { serviceUrl: teams.url } } },
      ]);
      expect(teams.calls).toHaveLength(callsBefore);
    }));

  it('that is being left is not told', () =>
    inHouse({}, async (house) => {
      await teams.deliver(house.endpoint, { ...teams.installed(tom), action: 'remove' });
      expect(house.seen).toEqual([]);
    }));

  it('is taken up again with the next message when the house could not keep it', async () => {
    let refusals = 1;
    const seen: string[] = [];
    const onSeen = async ({ userId }: { userId: string }) => {
      if (refusals-- > 0) throw new Error('no database');
      seen.push(userId);
    };
    await inHouse({ onSeen }, async (again) => {
      await teams.deliver(again.endpoint, teams.personalMessage(tom, 'one'));
      await teams.deliver(again.endpoint, teams.personalMessage(tom, 'two'));
      expect(again.messages).toHaveLength(2);
      expect(seen).toEqual([tom.aadObjectId]);
    });
  });
});

describe('a click', () => {
  const body = (text: string) => JSON.parse(text) as { statusCode: number; type: string; value: unknown };

  it('is answered within the turn by the card as it is now, and the sentence on it', () =>
    inHouse({}, async (house) => {
      const click = teams.click(tom, 'approve', {
        approvalId: 'apr_1',
        digest: 'abc',
        much: 3,
        deep: { no: 1 },
      });
      const answer = await teams.deliver(house.endpoint, click);
      expect(answer.status).toBe(200);
      expect(body(answer.text)).toMatchObject({
        statusCode: 200,
        type: 'application/vnd.microsoft.card.adaptive',
        value: { version: '1.5' },
      });
      expect(answer.text).toContain('Approved by Tom Reed.');
      expect(answer.text).toContain('This needs a person.');
      expect(house.actions).toEqual([
        {
          sender: expect.objectContaining({
            workspace: tom.tenantId,
            userId: tom.aadObjectId,
            outsider: false,
          }) as unknown,
          verb: 'approve',
          data: { approvalId: 'apr_1', digest: 'abc', much: '3' },
        },
      ]);
    }));

  it('does not say twice what the card says', () => {
    const door = {
      action: async () => ({
        sentence: 'This needs a person.',
        notice: { kind: 'handed_off', ticket: null } as const,
      }),
    };
    return inHouse({ door }, async (house) => {
      const answer = await teams.deliver(house.endpoint, teams.click(tom, 'approve', {}));
      expect(answer.text.split('This needs a person.')).toHaveLength(2);
    });
  });

  it('without a card to show is answered by the sentence', () =>
    inHouse(
      { door: { action: async () => ({ sentence: 'Somebody will write to you.', notice: null }) } },
      async (house) => {
        const answer = await teams.deliver(
          house.endpoint,
          teams.click(maya, 'talk_to_person', { requestId: 'req_1' }),
        );
        expect(body(answer.text)).toEqual({
          statusCode: 200,
          type: 'application/vnd.microsoft.activity.message',
          value: 'Somebody will write to you.',
        });
      },
    ));

  it('that is refused is answered by the reason for people', () => {
    const action = () => Promise.reject(new AppError('not_allowed', 'You cannot approve your own request.'));
    return inHouse({ door: { action } }, async (house) => {
      const answer = await teams.deliver(house.endpoint, teams.click(maya, 'approve', {}));
      expect(body(answer.text)).toMatchObject({
        statusCode: 200,
        value: 'You cannot approve your own request.',
      });
    });
  });

  it.each([
    ['an unknown verb', { action: { type: 'Action.Execute', verb: 'drop_tables', data: {} } }],
    ['no verb', { action: { type: 'Action.Execute', data: {} } }],
    ['no action', {}],
    ['no value', undefined],
    ['text for data', { action: { type: 'Action.Execute', verb: 'approve', data: 'approve' } }],
    ['a list for data', { action: { type: 'Action.Execute', verb: 'approve', data: ['approve'] } }],
    ['another type', { action: { type: 'Action.Submit', verb: 'approve', data: {} } }],
  ])('with %s is an error that touches nothing', (_what, value) =>
    inHouse({}, async (house) => {
      const answer = await teams.deliver(house.endpoint, { ...teams.click(tom, 'approve', {}), value });
      expect(answer.status).toBe(200);
      expect(body(answer.text)).toMatchObject({
        statusCode: 400,
        type: 'application/vnd.microsoft.error',
        value: { code: 'BadRequest' },
      });
      expect(house.actions).toEqual([]);
    }),
  );

  it('on something else than our cards is not understood', () =>
    inHouse({}, async (house) => {
      const answer = await teams.deliver(house.endpoint, {
        ...teams.click(tom, 'approve', {}),
        name: 'task/submit',
      });
      expect(answer.status).toBe(501);
      expect(house.actions).toEqual([]);
    }));
});

it('lets other kinds of activity pass without a word', () =>
  inHouse({}, async (house) => {
    for (const type of ['typing', 'messageReaction', 'messageUpdate', 'event', 'endOfConversation']) {
      expect((await teams.deliver(house.endpoint, teams.personalMessage(maya, 'x', { type }))).status).toBe(
        200,
      );
    }
    expect([house.messages, house.actions, house.commands]).toEqual([[], [], []]);
  }));
