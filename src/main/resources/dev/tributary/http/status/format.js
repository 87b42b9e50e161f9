// Numbers, spans and times as texts.

const SMALL = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });

const DAY_MILLIS = 86_400_000;

let ahead = 0;

/** Takes the clock of the daemon: ages are by its clock, not by that of this machine. */
export function setClock(daemonMillis) {
  ahead = daemonMillis - Date.now();
}

export const now = () => Date.now() + ahead;

export const rate = (value) => (value < 100 ? SMALL : WHOLE).format(value);

export const count = (value) => WHOLE.format(value);

/** `1 item`, `2 items`. */
export const counted = (value, noun) => `${WHOLE.format(value)} ${noun}${value === 1 ? '' : 's'}`;

/** A span of seconds with its two largest units. */
export function span(seconds) {
  if (seconds < 1) {
    return `${WHOLE.format(Math.max(0, seconds) * 1000)} ms`;
  }
  if (seconds < 10) {
    return `${SMALL.format(seconds)} s`;
  }
  if (seconds < 60) {
    return `${WHOLE.format(seconds)} s`;
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return `${minutes} min`;
  }
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

export function ago(millis) {
  const seconds = (now() - millis) / 1000;
  return seconds < 2 ? 'just now' : `${seconds < 60 ? `${Math.floor(seconds)} s` : span(seconds)} ago`;
}

/** The time of day; with the day if it is another. */
export function time(millis) {
  return Math.abs(now() - millis) < DAY_MILLIS / 2 ? CLOCK.format(millis) : DAY.format(millis);
}
