import { isAsking, onColours } from './cards.js';
import { createChat } from './chat.js';
import { element, toast } from './element.js';
import { createSwitch } from './people.js';
import { act, listen, say } from './server.js';
import { createTickets } from './tickets.js';

const state = { run: null, people: [], chats: {} };
const line = document.getElementById('line');
const hint = document.getElementById('hint');
const tickets = createTickets(
  document.querySelector('.ticket-list'),
  document.querySelector('.ticket-notes'),
);
const panels = [
  createPanel('employee', {
    isMine: (person) => !person.staff,
    send: [
      'I need access to Zendesk',
      'My account is locked out',
      'How do I set up the VPN?',
      'Sign me out everywhere',
    ],
    write: [],
    label: (person) => `Message to Countersign from ${person.name}`,
    placeholder: 'Ask for help in your own words',
    greeting: (person) =>
      `${firstName(person)} has not asked for anything yet. Press one of the messages below.`,
  }),
  createPanel('technician', {
    isMine: (person) => person.staff,
    send: ['status', 'help'],
    write: ['mode acme plan', 'stop acme'],
    label: (person) => `Command to Countersign from ${person.name}`,
    placeholder: 'Write a command, such as status',
    greeting: (person) => `Nothing for ${firstName(person)} to decide yet. Cards for approval appear here.`,
  }),
];

listen({
  state(now) {
    if (state.run && state.run !== now.run)
      toast('The server was restarted: chats begin anew, the tickets are still there.');
    Object.assign(state, { run: now.run, people: now.people, chats: now.chats });
    tickets.update(now.tickets);
    drawAll();
  },
  chat({ slug, entry, removed }) {
    const entries = (state.chats[slug] ??= []);
    const at = entries.findIndex(({ id }) => id === (removed ?? entry.id));
    if (removed) entries.splice(at, at < 0 ? 0 : 1);
    else if (at < 0) entries.push(entry);
    else entries[at] = entry;
    if (entry?.from === 'bot') for (const panel of panels) panel.news(slug);
    drawAll();
  },
  people(now) {
    state.people = now;
    drawAll();
  },
  tickets(now) {
    tickets.update(now);
    markTab('ticket');
  },
  line(isUp) {
    line.textContent = isUp ? 'Live' : 'Connection lost. Trying again…';
    line.classList.toggle('is-lost', !isUp);
  },
});

onColours(() => {
  for (const panel of panels) panel.drawAgain();
  drawAll();
});

for (const button of document.querySelectorAll('.tabs button'))
  button.addEventListener('click', () => openTab(button.dataset.tab));
openTab('employee');

/** A card's link to a Ticket that is here opens it here. */
document.addEventListener('click', (event) => {
  const anchor = event.target instanceof Element ? event.target.closest('.chat a') : null;
  const number = anchor?.textContent.trim().replace(/^#/, '');
  if (!number || !tickets.show(number)) return;
  event.preventDefault();
  openTab('ticket');
});

function createPanel(id, { isMine, send, write, label, placeholder, greeting }) {
  const root = document.getElementById(id);
  const find = (selector) => root.querySelector(selector);
  const [form, field, planMode] = [find('.composer'), find('textarea'), find('.plan-mode')];
  const unread = new Set();
  let picked = null;
  field.placeholder = placeholder;

  const sayNow = async (text) => {
    if (picked && (await say(picked, text))) return true;
    toast('That was not sent: the server is out of reach.');
    return false;
  };
  const chat = createChat(find('.chat'), find('.more'), {
    onAct: async (entry, verb, data) => {
      const sentence = await act(picked, entry.id, verb, data);
      if (sentence) toast(sentence);
    },
    onAgain: sayNow,
  });
  const whoIsIt = createSwitch(find('.people'), {
    name: `${id}-person`,
    onPick(slug) {
      picked = slug;
      drawAll();
    },
  });

  find('.suggestions').append(
    ...send.map((text) => element('button', { type: 'button', onclick: () => sayNow(text) }, text)),
    ...write.map((text) =>
      element('button', { type: 'button', class: 'fills', onclick: () => fill(text) }, text),
    ),
  );
  field.addEventListener('input', fit);
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (text === '') return field.focus();
    fill('');
    if (!(await sayNow(text)) && field.value === '') fill(text);
  });

  function fill(text) {
    field.value = text;
    fit();
    field.focus();
  }
  function fit() {
    field.style.height = 'auto';
    field.style.height = `${Math.min(field.scrollHeight + 2, 140)}px`;
  }

  return {
    news(slug) {
      const isHere = state.people.some((person) => person.slug === slug && isMine(person));
      if (!isHere) return;
      if (slug !== picked) unread.add(slug);
      markTab(id);
    },
    id,
    isPicked: (person) => person.slug === picked,
    drawAgain: chat.drawAgain,
    showNewest: chat.showNewest,
    draw() {
      const people = state.people.filter(isMine);
      const person = people.find(({ slug }) => slug === picked) ?? people[0];
      if (!person) return;
      picked = person.slug;
      unread.delete(picked);
      whoIsIt.draw(people, picked, unread);
      chat.draw(person, state.chats[picked] ?? [], greeting(person));
      field.setAttribute('aria-label', label(person));
      const isSilent = !person.staff && person.mode === 'plan';
      const words = `${person.client} is in plan mode: look at the ticket. Nothing is said or done.`;
      planMode.hidden = !isSilent;
      if (planMode.textContent !== words) planMode.textContent = words;
    },
  };
}

function drawAll() {
  for (const panel of panels) panel.draw();
  const words = nextThing();
  if (hint.textContent !== words) hint.textContent = words;
}

/** What to try now, in one line. */
function nextThing() {
  const chatOf = ({ slug }) => state.chats[slug] ?? [];
  const asked = state.people.some(
    (each) => !each.staff && chatOf(each).some(({ from }) => from === 'person'),
  );
  if (!asked) return 'Start here: as Maya, press “I need access to Zendesk”.';
  const isWaitedFor = (each) => chatOf(each).some(({ cards }) => cards.some(isAsking));
  const waitedFor = state.people.filter(isWaitedFor);
  const staff = waitedFor.filter((each) => each.staff);
  const isPicked = (each) => panels.some((panel) => panel.isPicked(each));
  const signer = staff.find(isPicked) ?? staff[0] ?? waitedFor.find(isPicked) ?? waitedFor[0];
  if (signer) return `Now be ${firstName(signer)}: read the card, then approve or deny it.`;
  return 'See the ticket: every step is written down. Then ask as Ben, whose company is in plan mode.';
}

function openTab(tab) {
  document.body.dataset.tab = tab;
  for (const button of document.querySelectorAll('.tabs button')) {
    const isOpen = button.dataset.tab === tab;
    button.setAttribute('aria-pressed', String(isOpen));
    if (isOpen) button.classList.remove('has-news');
  }
  panels.find(({ id }) => id === tab)?.showNewest();
}

function markTab(tab) {
  if (document.body.dataset.tab === tab) return;
  document.querySelector(`.tabs button[data-tab="${tab}"]`).classList.add('has-news');
}

function firstName(person) {
  return person.name.split(' ')[0];
}
