/** Makes an element; `on…` attributes are listeners, `true` an empty attribute, `null` and `false` none. Strings become text, never markup. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** Up to two letters of a name. */
export function initials(name) {
  const words = name.split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : '']
    .map((word) => word?.[0] ?? '')
    .join('')
    .toUpperCase();
}

/** One of six, always the same for the same name. */
export function tint(name) {
  return `tint-${[...name].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 6}`;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });

/** The time of day of an ISO instant. */
export function time(at) {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return element('time', {}, '');
  return element('time', { datetime: at, title: date.toLocaleString() }, clock.format(date));
}

const toasts = document.getElementById('toasts');

/** Shows a sentence for a while. */
export function toast(sentence) {
  const shown = element('p', { class: 'toast' }, sentence);
  toasts.append(shown);
  setTimeout(() => shown.remove(), Math.max(5_000, sentence.length * 90));
}
