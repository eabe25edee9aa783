import { drawCard } from './cards.js';
import { element, time } from './element.js';
import { showMarkdown } from './markdown.js';

/**
 * One person's chat in a log element. Entries are drawn once per revision, so that what somebody types into
 * one card survives news about another. `onAct(entry, verb, data)` and `onAgain(text)` give promises.
 */
export function createChat(log, more, { onAct, onAgain }) {
  let whose = '';
  let drawn = new Map();
  /** Whether the end is in view, and news shall be too; what shrinks the window is no reading back. */
  let follows = true;
  let height = 0;
  more.addEventListener('click', () => log.scrollBy({ top: log.clientHeight * 0.8, behavior: 'smooth' }));
  log.addEventListener('scroll', onScroll, { passive: true });
  new ResizeObserver(() => {
    const wasHidden = height === 0;
    height = log.clientHeight;
    if (follows && wasHidden && log.lastElementChild) reveal(log.lastElementChild);
    else if (follows) log.scrollTop = log.scrollHeight;
    showMore();
  }).observe(log);

  return {
    draw(person, entries, greeting) {
      const isOther = whose !== person.slug;
      if (isOther) {
        log.replaceChildren();
        drawn = new Map();
        whose = person.slug;
      }
      log.setAttribute('aria-label', `Chat of ${person.name}`);
      // A whole chat that comes into view is no news to be read out.
      log.setAttribute('aria-live', isOther ? 'off' : 'polite');
      const latest = place(entries);
      log.querySelector('.empty')?.remove();
      if (entries.length === 0) log.append(element('p', { class: 'empty' }, greeting));
      if (latest && (isOther || follows || latest.classList.contains('person'))) reveal(latest);
      showMore();
    },
    drawAgain() {
      whose = '';
    },
    /** For when the chat comes into view, since what is hidden does not scroll. */
    showNewest() {
      if (log.lastElementChild) reveal(log.lastElementChild);
    },
  };

  /** Gives the newest entry that was not there before, or null. */
  function place(entries) {
    const kept = new Map();
    let latest = null;
    for (const entry of entries) {
      const stamp = `${entry.revision}/${entry.failed}`;
      const before = drawn.get(entry.id);
      if (before?.stamp === stamp) {
        kept.set(entry.id, before);
        continue;
      }
      const made = draw(entry);
      if (before) before.made.replaceWith(made);
      else {
        log.append(made);
        latest = made;
      }
      kept.set(entry.id, { stamp, made });
    }
    for (const [id, { made }] of drawn) if (!kept.has(id)) made.remove();
    drawn = kept;
    return latest;
  }

  /** To the end, or to the beginning of what is taller than the window. */
  function reveal(made) {
    const isTall = made.offsetHeight > log.clientHeight - 16;
    log.scrollTop = isTall ? made.offsetTop - log.offsetTop - 8 : log.scrollHeight;
  }

  function onScroll() {
    follows = below() < 80;
    showMore();
  }
  function below() {
    return log.scrollHeight - log.scrollTop - log.clientHeight;
  }

  /** Says that there is more below, and whether it is a decision. */
  function showMore() {
    const end = log.getBoundingClientRect().bottom;
    const isBelow = (each) => each.getBoundingClientRect().bottom > end;
    more.hidden = below() < 40;
    const decides = [...log.querySelectorAll('.ac-pushButton.style-positive')].some(isBelow);
    more.textContent = decides ? 'Read on to approve or deny ↓' : 'More below ↓';
  }

  function draw(entry) {
    const isBot = entry.from === 'bot';
    const edited = entry.revision > 1;
    const head = element(
      'p',
      { class: 'entry-head' },
      element('span', { class: isBot ? 'from' : 'unseen' }, isBot ? 'Countersign' : 'You said'),
      time(entry.at),
      edited ? element('span', { class: 'edited' }, 'Updated') : null,
    );
    return element(
      'article',
      { class: `entry ${entry.from}${edited ? ' is-edited' : ''}`, 'data-id': entry.id },
      head,
      entry.text ? bubble(entry) : null,
      entry.cards.map((card) => drawCard(card, (verb, data) => onAct(entry, verb, data))),
      entry.failed ? failure(entry) : null,
    );
  }

  function bubble(entry) {
    const said = element('div', { class: 'bubble' });
    if (entry.textFormat === 'markdown') showMarkdown(said, entry.text);
    else said.append(element('p', { class: 'plain' }, entry.text));
    return said;
  }

  function failure(entry) {
    const again = element(
      'button',
      { type: 'button', class: 'quiet', onclick: () => onAgain(entry.text) },
      'Send again',
    );
    return element('p', { class: 'not-sent' }, 'Not sent: Countersign did not take it. ', again);
  }
}
