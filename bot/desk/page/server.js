const AGAIN_MS = 2_000;

/**
 * Listens to the Desk for good; `on` has one function per event, and `on.line(isUp)` tells of the connection.
 * The browser itself tries again after a lost connection, but gives up after a refusal; we do not.
 */
export function listen(on) {
  const events = new EventSource('/desk/events');
  for (const name of ['state', 'chat', 'people', 'tickets'])
    events.addEventListener(name, (event) => on[name](JSON.parse(event.data)));
  events.onopen = () => on.line(true);
  events.onerror = () => {
    on.line(false);
    if (events.readyState !== EventSource.CLOSED) return;
    setTimeout(() => listen(on), AGAIN_MS);
  };
}

/** False when it could not even be handed over; whether the bot took it shows in the chat. */
export async function say(as, text) {
  const response = await post('/desk/say', { as, text });
  return response !== null && (response.ok || response.status === 502);
}

/** Gives a sentence to show, or null. */
export async function act(as, activityId, verb, data) {
  const response = await post('/desk/act', { as, activityId, verb, data });
  if (response?.ok) return (await response.json()).toast;
  return 'That did not arrive. Is the server running?';
}

function post(path, body) {
  const headers = { 'content-type': 'application/json' };
  return fetch(path, { method: 'POST', headers, body: JSON.stringify(body) }).catch(() => null);
}
