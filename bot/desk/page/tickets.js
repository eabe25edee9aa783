import { element, time } from './element.js';
import { showMarkdown } from './markdown.js';

const labels = { internal: 'Internal: your team only', public: 'The employee sees this' };

/** The list of Tickets and the notes of one; a new Ticket comes to the front by itself. */
export function createTickets(list, notes) {
  let tickets = [];
  let picked = null;
  let shown = '';

  function draw() {
    const newest = [...tickets].sort((one, other) => compare(other.number, one.number));
    const ticket = newest.find(({ id }) => id === picked) ?? newest[0] ?? null;
    picked = ticket?.id ?? null;
    const now = JSON.stringify([newest, picked]);
    if (now === shown) return;
    const hadFocus = list.contains(document.activeElement);
    const isOther = notes.dataset.ticket !== (picked ?? '');
    shown = now;
    list.replaceChildren(...newest.map((each) => row(each, each.id === picked)));
    if (hadFocus) list.querySelector('[aria-current]')?.focus();
    notes.dataset.ticket = picked ?? '';
    notes.setAttribute('aria-live', isOther ? 'off' : 'polite');
    notes.replaceChildren(...(ticket ? detail(ticket) : [empty()]));
    if (isOther) notes.scrollTop = 0;
    else notes.lastElementChild?.scrollIntoView({ block: 'nearest' });
  }

  function pick(id) {
    picked = id;
    draw();
  }

  return {
    update(now) {
      const known = new Set(tickets.map(({ id }) => id));
      const added = now.filter(({ id }) => !known.has(id));
      if (known.size > 0 || added.length === 1)
        picked = added.sort((one, other) => compare(other.number, one.number))[0]?.id ?? picked;
      tickets = now;
      draw();
    },
    /** Shows the Ticket of that number; false when there is none. */
    show(number) {
      const found = tickets.find((ticket) => ticket.number === number);
      if (found) pick(found.id);
      return found !== undefined;
    },
  };

  function row(ticket, isPicked) {
    return element(
      'button',
      {
        type: 'button',
        class: 'ticket-row',
        'aria-current': isPicked ? 'true' : null,
        onclick: () => pick(ticket.id),
      },
      element('span', { class: 'number' }, `#${ticket.number}`),
      element('span', { class: 'summary' }, ticket.summary),
      element('span', { class: 'status' }, ticket.status),
    );
  }
}

function detail(ticket) {
  return [
    element(
      'div',
      { class: 'ticket-top' },
      element('h3', {}, ticket.summary),
      element(
        'p',
        {},
        `Ticket ${ticket.number} · ${ticket.client} · ${ticket.contact} · `,
        element('b', {}, ticket.status),
      ),
    ),
    ...ticket.notes.map(noteElement),
    ...(ticket.notes.length === 0 ? [element('p', { class: 'empty' }, 'No notes yet.')] : []),
  ];
}

/** Our notes end with a reference by which they are found again; it is no reading matter. */
function noteElement(note) {
  const [, body, reference] = /^([\s\S]*?)(?:\n+(Ref [\w-]+))?\s*$/.exec(note.text) ?? [
    null,
    note.text,
    null,
  ];
  const text = element('div', { class: 'note-text' });
  showMarkdown(text, body);
  return element(
    'article',
    { class: `note ${note.visibility === 'public' ? 'public' : 'internal'}` },
    element('p', { class: 'note-label' }, labels[note.visibility] ?? labels.internal),
    element('p', { class: 'note-head' }, note.by, ' ', time(note.at)),
    text,
    reference ? element('p', { class: 'reference' }, reference) : null,
  );
}

function empty() {
  return element(
    'p',
    { class: 'empty' },
    'No ticket yet. One appears here as soon as an employee asks for something.',
  );
}

function compare(one, other) {
  return one.localeCompare(other, 'en', { numeric: true });
}
