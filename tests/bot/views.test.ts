import { describe, expect, it } from 'vitest';
import { isPlainMessage, type Card, type CardBlock } from '../../bot/card.ts';
import { examples, view } from '../../bot/views/index.ts';
import { cut, manyLines, oneLine } from '../../bot/views/words.ts';
import type {
  ApprovalState,
  ApprovalView,
  Notice,
  NoticeKind,
  PlanState,
  StepState,
  StepView,
} from '../../engine/domain.ts';

// A Record, so that a new kind of Notice does not compile without a line here.
const audience: Record<NoticeKind, 'employee' | 'staff' | 'ticket'> = {
  received: 'employee',
  waiting: 'employee',
  done: 'employee',
  answer: 'employee',
  question: 'employee',
  denied: 'employee',
  expired: 'employee',
  handed_off: 'employee',
  failed: 'employee',
  delayed: 'employee',
  not_served: 'employee',
  approval: 'staff',
  alert: 'staff',
  ticket: 'ticket',
  plan_note: 'ticket',
  outcome_note: 'ticket',
};
const toolName = /\b[a-z0-9]+\.[a-z]+_[a-z_]+\b/;
const employees = examples.filter((notice) => audience[notice.kind] === 'employee');

type Approval = Extract<Notice, { kind: 'approval' }>;
const approvals = examples.filter((notice): notice is Approval => notice.kind === 'approval');
const open = approvals.map((notice) => notice.approval).find((each) => each.state === 'open');
if (!open) throw new Error('The examples hold no open approval.');
const openView: ApprovalView = open;
const firstStep = openView.steps[0] as StepView;

function approvalCard(changes: Partial<ApprovalView>): Card {
  return view({ kind: 'approval', approval: { ...openView, ...changes } });
}

function stepOf(changes: Partial<StepView>, more: Partial<ApprovalView> = {}) {
  const card = approvalCard({ steps: [{ ...firstStep, ...changes }], ...more });
  const steps = card.blocks.find((block) => block.type === 'steps');
  const step = steps?.steps[0];
  if (!step) throw new Error('The card shows no step.');
  return step;
}

function texts(card: Card): string[] {
  return card.blocks.flatMap((block) => (block.type === 'text' ? [block.text] : []));
}

function facts(card: Card): { name: string; value: string; url?: string | null }[] {
  return card.blocks.flatMap((block) => (block.type === 'facts' ? block.facts : []));
}

function everything(card: Card): string {
  return JSON.stringify(card);
}

describe('every notice', () => {
  it('has an example of each kind', () => {
    expect(new Set(examples.map((notice) => notice.kind))).toEqual(new Set(Object.keys(audience)));
  });

  it.each(examples.map((notice, index) => [`${index} ${notice.kind}`, notice] as const))(
    'fits a title, a push and no empty text: %s',
    (_, notice) => {
      const card = view(notice);
      expect(card.title.length).toBeLessThanOrEqual(150);
      expect(card.push.trim()).not.toBe('');
      expect(card.push.length).toBeLessThanOrEqual(500);
      expect(card.blocks.length).toBeGreaterThan(0);
      expect(texts(card).every((text) => text.trim() !== '')).toBe(true);
    },
  );

  it('stays within its own limits when everything that others wrote is far too long', () => {
    const long = 'very long words '.repeat(2_000);
    const step: StepView = {
      ...firstStep,
      text: long,
      before: long,
      after: long,
      undo: long,
      warnings: [long],
    };
    const card = approvalCard({
      title: long,
      ask: long,
      client: long,
      requester: { ...openView.requester, name: long },
      diagnosis: [long, long, long],
      why: [long],
      steps: [step],
    });
    expect(card.title.length).toBeLessThanOrEqual(150);
    expect(card.push.length).toBeLessThanOrEqual(500);
    expect(everything(card).length).toBeLessThan(6_000);
    expect(card.title).toContain('… (cut)');
    expect(card.blocks).toContainEqual(
      expect.objectContaining({ type: 'quote', text: expect.stringMatching(/… \(cut\)$/) }),
    );
  });
});

describe('what an employee reads', () => {
  const said: [string, Notice, string][] = [
    [
      'received with a ticket',
      { kind: 'received', name: 'Maya', ticket: '4821' },
      "Hi Maya, I've got this (ticket 4821). I'm checking it now.",
    ],
    [
      'received without a ticket',
      { kind: 'received', name: 'Maya', ticket: null },
      "Hi Maya, I've got this. I'm checking it now.",
    ],
    [
      'received from somebody without a name',
      { kind: 'received', name: ' ', ticket: null },
      "Hi, I've got this. I'm checking it now.",
    ],
    [
      'waiting for a technician',
      { kind: 'waiting', asked: '9:02', signers: ['technician'] },
      'This needs a yes from your IT team. I asked them at 9:02 and will write here either way.',
    ],
    [
      'waiting for both',
      { kind: 'waiting', asked: '9:02', signers: ['manager', 'technician'] },
      'This needs a yes from your IT team and your manager. I asked them at 9:02 and will write here either way.',
    ],
    [
      'done',
      {
        kind: 'done',
        text: 'You have Zendesk access. It may take 15 minutes; sign out and in once.',
        ticket: '4821',
      },
      'Done. You have Zendesk access. It may take 15 minutes; sign out and in once.',
    ],
    [
      'handed off',
      { kind: 'handed_off', ticket: '4821' },
      "This needs a person. I've passed on everything, so you won't have to repeat it. Your ticket is 4821.",
    ],
    [
      'handed off without a ticket',
      { kind: 'handed_off', ticket: null },
      "This needs a person. I've passed on everything, so you won't have to repeat it.",
    ],
    [
      'failed',
      { kind: 'failed', ticket: '4821' },
      "I couldn't finish this, and I'm sorry. A person has it now, with everything so far, so you won't have to repeat it. Your ticket is 4821.",
    ],
    [
      'delayed',
      { kind: 'delayed', ticket: null },
      "A system I need for this isn't answering right now, so it has to wait. I'll carry on as soon as it does and will write here.",
    ],
    [
      'not served',
      { kind: 'not_served' },
      "This workspace isn't set up with us. Please contact your IT team directly.",
    ],
  ];
  it.each(said)('is an ordinary message with exactly our words: %s', (_, notice, words) => {
    const card = view(notice);
    expect(card.push).toBe(words);
    expect(texts(card)).toEqual([words]);
    expect(isPlainMessage(card)).toBe(true);
  });

  it('says who did not approve, and leads to a person', () => {
    const card = view({
      kind: 'denied',
      ticket: '4821',
      message: null,
      by: 'technician',
      requestId: 'req_7',
    });
    expect(texts(card)).toEqual(["Your IT team didn't approve this. Ticket 4821 has the details."]);
    expect(card.push).toBe("Your IT team didn't approve this. Ticket 4821 has the details.");
    expect(card.actions).toEqual([
      { verb: 'talk_to_person', label: 'Talk to someone', style: 'default', data: { requestId: 'req_7' } },
    ]);
  });

  it('gives the message that was meant for them as its own paragraph', () => {
    const card = view({
      kind: 'denied',
      ticket: null,
      message: 'Ask Priya first.',
      by: 'manager',
      requestId: 'r',
    });
    expect(texts(card)).toEqual(["Your manager didn't approve this.", 'Ask Priya first.']);
  });

  it('takes the blame for an expiry and offers to ask again', () => {
    const card = view({ kind: 'expired', requestId: 'req_7' });
    expect(texts(card)).toEqual(["Nobody answered in time, and that's on us. Please ask again."]);
    expect(card.actions).toEqual([
      { verb: 'ask_again', label: 'Ask again', style: 'default', data: { requestId: 'req_7' } },
    ]);
  });

  it('answers with the articles as links and a way to a person', () => {
    const card = view({
      kind: 'answer',
      text: 'From "VPN setup": press Connect.',
      sources: [
        { title: 'VPN setup', url: 'https://docs.acme.example/vpn' },
        { title: 'Odd', url: 'javascript:alert(1)' },
      ],
      requestId: 'req_7',
    });
    expect(texts(card)).toEqual(['From "VPN setup": press Connect.']);
    expect(card.blocks).toContainEqual({
      type: 'links',
      links: [{ title: 'Read the article: VPN setup', url: 'https://docs.acme.example/vpn' }],
    });
    expect(everything(card)).not.toContain('javascript:');
    expect(card.actions.map(({ verb, label }) => [verb, label])).toEqual([
      ['talk_to_person', 'I still need help'],
    ]);
  });

  it('offers a person where no article answered', () => {
    const card = view({ kind: 'answer', text: 'Happy to help.', sources: [], requestId: 'req_7' });
    expect(card.blocks).toHaveLength(1);
    expect(card.actions.map(({ label }) => label)).toEqual(['Talk to someone']);
  });

  it('asks with one button per choice and lets them write instead', () => {
    const choices = ['Zendesk', 'Salesforce'];
    const card = view({ kind: 'question', text: 'Which app?', choices, requestId: 'req_7' });
    expect(card.actions.map((action) => [action.verb, action.label, action.data])).toEqual([
      ['choose', 'Zendesk', { requestId: 'req_7', choice: 'Zendesk' }],
      ['choose', 'Salesforce', { requestId: 'req_7', choice: 'Salesforce' }],
    ]);
    expect(texts(card)).toContain('You can also just write your answer.');
  });

  it('asks a question without choices as an ordinary message', () => {
    const card = view({ kind: 'question', text: 'Which app?', choices: [], requestId: 'req_7' });
    expect([isPlainMessage(card), card.push]).toEqual([true, 'Which app?']);
  });

  it('holds no tool name and no id but the ticket number', () => {
    const shown = employees.map((notice) => {
      const { actions, ...rest } = view(notice);
      return JSON.stringify([rest, actions.map((action) => action.label)]);
    });
    expect(shown.filter((text) => toolName.test(text.replace(/https?:\/\/[^"]+/g, '')))).toEqual([]);
    expect(shown.filter((text) => /\b(req|pln|stp|apr)_/.test(text))).toEqual([]);
  });

  it('never holds the internal reason, which no employee notice even has a place for', () => {
    const reason = 'INTERNAL-REASON';
    const cards = employees.map((notice) => view({ ...notice, reason } as Notice));
    expect(cards.filter((card) => everything(card).includes(reason))).toEqual([]);
  });
});

describe('the approval card', () => {
  it('goes from what will change to the two buttons, top to bottom', () => {
    const card = approvalCard({});
    expect(card.title).toBe('Give Maya Lopez access to Zendesk');
    expect(card.blocks.map((block) => block.type)).toEqual([
      'facts',
      'quote',
      'text',
      'text',
      'steps',
      'text',
      'text',
    ]);
    expect(facts(card)).toEqual([
      { name: 'Client', value: 'Acme Corp' },
      { name: 'Requester', value: 'Maya Lopez (maya@acme.example)' },
      { name: 'How verified', value: "Teams account in Acme Corp's own tenant" },
      { name: 'Ticket', value: '4821', url: 'https://psa.northwind.example/tickets/4821' },
    ]);
    expect(texts(card).slice(-2)).toEqual([
      "Why it asks: Adding people to groups needs a technician's signature.",
      'Plan 7F3K-22QX · expires Sun 22 Nov, 9:02',
    ]);
  });

  it('says nothing twice: a finding that a step says as well leaves its place to the next', () => {
    const card = approvalCard({
      diagnosis: ['Sign-in is blocked.', 'Blocked by Tom Reed.', 'Check why before signing.', 'More.'],
      steps: [{ ...firstStep, remarks: ['Blocked by Tom Reed'] }],
    });
    expect(texts(card).slice(0, 2)).toEqual(['Sign-in is blocked.', 'Check why before signing.']);
    expect(everything(card).match(/Blocked by Tom Reed/g)).toHaveLength(1);
  });

  it('shows each step with before and after and how it can be undone', () => {
    expect(stepOf({})).toEqual({
      text: 'Add Maya Lopez to the group App - Zendesk',
      details: ['member of App - Zendesk: no → yes', 'Can be undone: take Maya Lopez out of the group again'],
      marks: [],
    });
  });

  it('keeps the diagnosis to two lines', () => {
    const card = approvalCard({ diagnosis: ['one', 'two', 'three'] });
    expect(texts(card)).toEqual(expect.arrayContaining(['one', 'two']));
    expect(texts(card)).not.toContain('three');
  });

  it('carries the approval and the digest with both buttons, and asks for a reason to deny', () => {
    const data = { approvalId: openView.approvalId, digest: openView.digest };
    const [approve, deny] = approvalCard({}).actions;
    expect(approve).toEqual({ verb: 'approve', label: 'Approve', style: 'positive', data, whole: true });
    expect(deny).toMatchObject({ verb: 'deny', label: 'Deny', style: 'destructive', data });
    expect(deny?.ask?.fields.map(({ id, label, required }) => [id, label, required])).toEqual([
      ['reason', 'Why? Only your team and the ticket see this', true],
      ['message', 'Message to the employee (optional)', false],
    ]);
    expect(deny?.ask?.title.length).toBeLessThanOrEqual(24);
    expect(deny?.ask?.submit.length).toBeLessThanOrEqual(24);
  });

  it('says who, what and for whom in the push alone', () => {
    expect(approvalCard({}).push).toBe(
      'Approve? Give Maya Lopez access to Zendesk · Acme Corp · asked by Maya Lopez',
    );
  });

  it('marks privileged, irreversible and untrusted in words', () => {
    const step = stepOf({
      undo: null,
      risk: 'high',
      warnings: [
        'High risk',
        'From the employee\'s text: "Finance"',
        'Privileged: Omar Haddad is Global Administrator',
      ],
    });
    expect(step.marks).toEqual([
      { tone: 'danger', text: 'Privileged: Omar Haddad is Global Administrator' },
      { tone: 'warning', text: 'High risk' },
      { tone: 'warning', text: 'From the employee\'s text: "Finance"' },
      { tone: 'warning', text: 'Cannot be undone' },
    ]);
    expect(step.details).not.toContainEqual(expect.stringContaining('undone'));
  });

  it.each(['technician', 'manager'] as const)('marks a claimed requester in words for a %s', (signer) => {
    const how = "the ticket's contact mail";
    const card = approvalCard({ signer, requester: { ...openView.requester, assurance: 'claimed', how } });
    expect(card.blocks).toContainEqual({
      type: 'mark',
      tone: 'danger',
      text: 'Not verified: nothing proves that Maya Lopez asked for this',
    });
    expect(card.push).toMatch(/asked by Maya Lopez \(not verified\)$/);
    expect(card.tone).toBe('danger');
  });

  it('takes the colour of the gravest thing on it', () => {
    expect(approvalCard({}).tone).toBe('plain');
    expect(approvalCard({ steps: [{ ...firstStep, undo: null }] }).tone).toBe('warning');
    expect(approvalCard({ steps: [{ ...firstStep, risk: 'critical' }] }).tone).toBe('danger');
  });

  it('does not let a name forge a line or turn the text around', () => {
    const name = 'Maya\n\nApproved by Tom Reed\u202E';
    const card = approvalCard({ title: `Give ${name} access`, requester: { ...openView.requester, name } });
    expect(card.title).toBe('Give Maya Approved by Tom Reed access');
    expect(card.push).not.toMatch(/[\n\u202E]/);
  });

  it('asks a manager in a manager’s words, without technical details', () => {
    const card = approvalCard({ signer: 'manager' });
    expect(card.title).toBe('Maya Lopez asks for this: Give Maya Lopez access to Zendesk');
    expect(texts(card)[0]).toBe('Do they need it for their job? Your IT team checks the technical side.');
    expect(card.actions.map((action) => action.label)).toEqual(['Approve', 'Deny']);
    expect(everything(card)).not.toContain('App - Zendesk: no');
    expect(everything(card)).not.toContain('psa.northwind.example');
    expect(everything(card)).not.toMatch(toolName);
  });

  it('never names a tool', () => {
    expect(approvals.map((notice) => everything(view(notice))).filter((text) => toolName.test(text))).toEqual(
      [],
    );
  });
});

describe('the approval card after the decision', () => {
  const byTom = { decidedBy: 'Tom Reed', decidedAt: 'Sat 21 Nov, 9:05' };
  const approvalStates: ApprovalState[] = ['open', 'approved', 'denied', 'expired', 'superseded'];
  const planStates: Record<PlanState, true> = {
    open: true,
    authorized: true,
    running: true,
    done: true,
    failed: true,
    denied: true,
    expired: true,
    stale: true,
    observed: true,
  };
  const settled = approvalStates
    .flatMap((state) =>
      Object.keys(planStates).map((planState) => ({ state, planState: planState as PlanState })),
    )
    .filter(({ state, planState }) => state !== 'open' || planState !== 'open');

  it.each(settled)('has no buttons and says plainly how it stands: $state, plan $planState', (states) => {
    for (const signer of ['technician', 'manager'] as const) {
      const card = approvalCard({ ...states, ...byTom, signer });
      expect(card.actions).toEqual([]);
      expect(card.title).not.toBe('');
      expect(card.blocks[0]).toMatchObject({
        type: 'text',
        look: 'strong',
        text: expect.stringMatching(/\.$/),
      });
      expect(card.push).toMatch(/^(Approved|Denied|Done|Not finished|Expired|Closed|Out of date)/);
      expect(everything(card)).not.toContain('Why it asks');
    }
  });

  it('says who denied, when and why', () => {
    const card = approvalCard({ state: 'denied', planState: 'denied', ...byTom, reason: 'No licence' });
    expect(texts(card).slice(0, 2)).toEqual([
      'Denied by Tom Reed, Sat 21 Nov, 9:05. Nothing was run.',
      'Reason: No licence',
    ]);
    expect(card.push).toMatch(/^Denied by Tom Reed: Give Maya Lopez access to Zendesk · Acme Corp/);
  });

  it('keeps the internal reason from a manager, who is not of the Msp', () => {
    const decided = { signer: 'manager', state: 'denied', planState: 'denied', ...byTom } as const;
    const card = approvalCard({ ...decided, reason: 'INTERNAL-REASON', outcome: 'INTERNAL-OUTCOME' });
    expect(everything(card)).not.toContain('INTERNAL');
  });

  it('waits for the other signature in words', () => {
    expect(texts(approvalCard({ state: 'approved', ...byTom }))).toContain(
      'Waiting for the other signature.',
    );
  });

  it('says of an expired and of an outdated one that nothing is to be done here', () => {
    expect(texts(approvalCard({ state: 'expired', planState: 'expired' }))[0]).toBe(
      'Expired Sun 22 Nov, 9:02: nobody decided in time. Nothing was run.',
    );
    expect(texts(approvalCard({ state: 'superseded', planState: 'stale' }))[0]).toBe(
      'Out of date: this plan can no longer be signed.',
    );
  });

  const unknown = "We don't know if this happened. Check before doing it by hand.";
  const wentHow: [StepState, string | null, PlanState, string | undefined][] = [
    ['pending', null, 'running', undefined],
    ['pending', null, 'failed', 'Not run'],
    ['running', null, 'running', 'Running now'],
    ['done', null, 'done', 'Done'],
    ['done', 'checked in Microsoft 365', 'done', 'Done: checked in Microsoft 365'],
    ['done', 'Verified in Microsoft 365.', 'done', 'Done and verified in Microsoft 365.'],
    ['failed', 'the group is gone', 'failed', 'Failed: the group is gone'],
    ['skipped', null, 'failed', 'Skipped'],
    ['unknown', null, 'failed', unknown],
    ['unknown', 'No answer came.', 'failed', `${unknown} No answer came.`],
  ];
  it.each(wentHow)(
    'tells in place how a %s step (%s) of a %s plan went',
    (state, outcome, planState, words) => {
      expect(stepOf({ state, outcome }, { state: 'approved', planState, ...byTom }).outcome?.text).toBe(
        words,
      );
    },
  );
});

describe('what goes to the ticket and to staff', () => {
  function cardsOf(kind: NoticeKind): Card[] {
    return examples.filter((notice) => notice.kind === kind).map(view);
  }
  function planNoteOf(changes: object): Card {
    const notice = examples.find((each) => each.kind === 'plan_note');
    if (notice?.kind !== 'plan_note') throw new Error('The examples hold no plan note.');
    return view({ kind: 'plan_note', plan: { ...notice.plan, ...changes } });
  }

  it('opens a ticket with the ask in quotes, who asked and from where, and nothing that only technicians understand', () => {
    const [card] = cardsOf('ticket');
    expect(card?.title).toBe('Maya Lopez asked for help in Teams');
    expect(card?.blocks[0]).toEqual({ type: 'quote', text: 'I need access to Zendesk', from: 'Maya Lopez' });
    expect(card && facts(card).map((fact) => fact.value)).toEqual(['Maya Lopez (maya@acme.example)']);
  });

  it('notes the whole plan: diagnosis, tools in order, change, outcome, verdict, code and planner', () => {
    const card = planNoteOf({ diagnosis: ['one', 'two', 'three'] });
    expect(card.title).toBe('Plan: Give Maya Lopez access to Zendesk');
    expect(texts(card)).toEqual([
      'Diagnosis',
      'one',
      'two',
      'three',
      'Expected outcome',
      'You have Zendesk access. It may take 15 minutes; sign out and in once.',
      'Verdict',
      "Waits for a technician's signature.",
    ]);
    const steps = card.blocks.find((block) => block.type === 'steps');
    expect(steps?.steps[0]?.text).toBe('Add Maya Lopez to the group App - Zendesk [m365.add_group_member]');
    expect(steps?.steps[0]?.details).toContain('member of App - Zendesk: no → yes');
    expect(facts(card).slice(-2)).toEqual([
      { name: 'Plan code', value: '7F3K-22QX' },
      { name: 'Planner', value: 'embedded playbooks 1' },
    ]);
  });

  it.each(['steps', 'answer', 'question', 'hand_off'])(
    'says of plan mode that nothing runs: %s',
    (result) => {
      expect(planNoteOf({ mode: 'plan', result }).title).toBe('Plan only: nothing was or will be run');
    },
  );

  it('does not say in plan mode that the employee was answered or asked', () => {
    const cards = ['answer', 'question'].map((result) => planNoteOf({ mode: 'plan', result, steps: [] }));
    expect(cards.map(everything).join(' ')).not.toMatch(/Answered|Asked the employee/);
    expect(texts(cards[0] as Card)).toContain('The answer that would have been given');
  });

  it('notes an outcome with its steps, who decided and the internal reason', () => {
    const [done, , denied] = cardsOf('outcome_note');
    expect(
      done?.blocks.find((block): block is CardBlock & { type: 'steps' } => block.type === 'steps')?.steps[0]
        ?.outcome?.text,
    ).toBe('Done and verified in Microsoft 365.');
    expect(done && everything(done)).not.toContain('undone');
    expect(done && everything(done)).toContain('What happened, step by step');
    expect(denied && everything(denied)).toContain('What was planned');
    expect(denied && facts(denied)).toEqual([
      { name: 'Decided by', value: 'Tom Reed' },
      { name: 'Internal reason', value: 'No free licence until Monday' },
      { name: 'Plan code', value: '7F3K-22QX' },
    ]);
  });

  it('alerts with a push that stands by itself and a link to the ticket', () => {
    const [card] = cardsOf('alert');
    expect(card?.tone).toBe('danger');
    expect(card?.push).toBe(
      "We don't know whether a step happened · Acme Corp · Add Maya Lopez to App - Zendesk: Microsoft 365 did not answer. · ticket 4821",
    );
    expect(card && facts(card)).toEqual([
      { name: 'Client', value: 'Acme Corp' },
      { name: 'Ticket', value: '4821', url: 'https://psa.northwind.example/tickets/4821' },
    ]);
  });
});

describe('text that others wrote', () => {
  it('is cut with a sign and never in the middle of a character', () => {
    expect(cut('short', 10)).toBe('short');
    const emoji = cut('😀'.repeat(20), 16);
    expect(emoji).toMatch(/^(😀)+… \(cut\)$/u);
    expect(emoji.length).toBeLessThanOrEqual(16);
  });

  it('keeps its line breaks in a quote and loses them in a sentence', () => {
    expect(manyLines('a\r\n\n\n\nb\u0000\u202E', 50)).toBe('a\n\nb');
    expect(oneLine(' a\n\tb\u200B ', 50)).toBe('a b');
  });
});
