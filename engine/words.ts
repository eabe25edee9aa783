/** Times and short texts as people read them. */

/** "9:02" in the Msp's time zone. */
export function clockTime(at: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone, hour: 'numeric', minute: '2-digit' })
    .format(at)
    .replace(/^0(?=\d:)/, '');
}

/** "Sun 22 Nov, 9:02". */
export function dayAndTime(at: Date, timeZone: string): string {
  const day = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', day: 'numeric', month: 'short' })
    .format(at)
    .replace(/,/g, '');
  return `${day}, ${clockTime(at, timeZone)}`;
}

/** "2026-11-21T09:02", for a planner. */
export function localMinute(at: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })
    .format(at)
    .replace(' ', 'T');
}

/** Cut to `length` characters, with a sign that it was cut. */
export function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 8).trimEnd()} … (cut)`;
}
