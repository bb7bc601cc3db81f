// Keeps a page up to date while somebody looks at it: when the log has moved, the page asks for itself anew, and takes over
// what has changed. What has the focus or is selected stays, as long as it is there. Without this script pages are whole.

const moreOftenMs = 1_000;
const lessOftenMs = 10_000;
/** A page that is dear to make is asked for so much less often: it takes a tenth of the time at most. */
const restTimes = 10;
const restMsMax = 60_000;

const place = document.getElementById('live');
const shown = document.querySelector('main[data-live]');
let events;
let isPaused = false;
let isAsking = false;
let isAskedAgain = false;
let askedAt = 0;
let restMs = moreOftenMs;
let timer;

document.addEventListener('keydown', (event) => {
  const isTyped = event.target instanceof Element && event.target.closest('input, select, textarea');
  if (event.key !== '/' || isTyped || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  document.getElementById('find')?.focus();
});

if (shown && place) {
  const button = document.createElement('button');
  button.type = 'button';
  button.addEventListener('click', () => {
    isPaused = !isPaused;
    if (isPaused) rest();
    else watch();
  });
  place.append(button);
  // Ages grow without any record.
  setInterval(() => void (Date.now() - askedAt >= lessOftenMs && askSoon()), lessOftenMs / 4);
  document.addEventListener('visibilitychange', () => {
    if (isPaused) return;
    if (document.hidden) rest();
    else watch();
  });
  watch();
}

function watch() {
  if (document.hidden || events) return;
  events = new EventSource('/ui/live');
  events.addEventListener('open', () => {
    tell('Live', '');
    askSoon();
  });
  events.addEventListener('position', askSoon);
  events.addEventListener('error', () => {
    tell('Connecting…', 'lost');
    // A browser gives up when it is refused; it is asked again all the same.
    if (events?.readyState !== EventSource.CLOSED) return;
    events = undefined;
    setTimeout(() => isPaused || watch(), lessOftenMs);
  });
}

function rest() {
  events?.close();
  events = undefined;
  clearTimeout(timer);
  timer = undefined;
  if (isPaused) tell('Paused', 'paused');
}

function tell(text, state) {
  place.className = `live ${state}`;
  const button = place.firstElementChild;
  if (button.textContent === text) return;
  button.textContent = text;
  button.title = state === 'paused' ? 'Go on' : 'Pause';
}

/** Asks for the page anew: at once when that is some time ago, else when it is. */
function askSoon() {
  if (timer !== undefined || isPaused || document.hidden) return;
  timer = setTimeout(ask, Math.max(0, askedAt + restMs - Date.now()));
}

async function ask() {
  timer = undefined;
  if (isAsking) {
    isAskedAgain = true;
    return;
  }
  isAsking = true;
  askedAt = Date.now();
  try {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
    const text = await answer.text();
    restMs = Math.min(restMsMax, Math.max(moreOftenMs, (Date.now() - askedAt) * restTimes));
    // One that fails, or asks too often, shows what it has.
    if (answer.ok && !isPaused) take(new DOMParser().parseFromString(text, 'text/html'));
  } catch {
    // The stream of events tells that the frontend is gone.
  } finally {
    isAsking = false;
    if (isAskedAgain) {
      isAskedAgain = false;
      askSoon();
    }
  }
}

function take(page) {
  const next = page.querySelector('main');
  if (!next) return;
  become(shown, next);
  document.title = page.title;
  // It has come to its end, and changes no more.
  if (!shown.dataset.live) {
    isPaused = true;
    rest();
    place.replaceChildren();
  }
}

/** Makes an element like another one: what is equal, or has the same key, stays the element that it is. */
function become(from, to) {
  for (const { name } of [...from.attributes])
    if (!to.hasAttribute(name) && !isOwn(from, name)) from.removeAttribute(name);
  for (const { name, value } of to.attributes)
    if (from.getAttribute(name) !== value && !isOwn(from, name)) from.setAttribute(name, value);
  const wanted = new Set([...to.children].map((one) => one.dataset?.key));
  const keyed = new Map();
  for (const one of [...from.children]) {
    const { key } = one.dataset ?? {};
    if (key && !wanted.has(key)) one.remove();
    else if (key) keyed.set(key, one);
  }
  let at = from.firstChild;
  for (const next of [...to.childNodes]) {
    const known = next.dataset?.key ? keyed.get(next.dataset.key) : undefined;
    if (known) {
      if (known === at) at = at.nextSibling;
      else from.insertBefore(known, at);
      if (!known.isEqualNode(next)) become(known, next);
    } else if (at && !at.dataset?.key && !next.dataset?.key && isAlike(at, next)) {
      const same = at;
      at = at.nextSibling;
      if (same.nodeType === Node.ELEMENT_NODE) {
        if (!same.isEqualNode(next)) become(same, next);
      } else if (same.data !== next.data) same.data = next.data;
    } else {
      const added = document.importNode(next, true);
      if (next.dataset?.key) added.classList.add('new');
      from.insertBefore(added, at);
    }
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

/** Whether it is a person who set it: a part that was opened stays open. */
function isOwn(element, name) {
  return element.nodeName === 'DETAILS' && name === 'open';
}

function isAlike(a, b) {
  return a.nodeName === b.nodeName && a.id === b.id;
}
