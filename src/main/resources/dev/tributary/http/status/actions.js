// The admin token, and the requests that it allows. The token is kept by this tab alone, and sent in a header only.

import { byId, setText } from './dom.js';
import { counted } from './format.js';

const KEY = 'tributary-admin-token';

let enabled = false;

const token = () => sessionStorage.getItem(KEY) ?? '';

const RESULTS = {
  redrive: (done) => `Redriven: ${counted(done.changes, 'change')} of ${counted(done.items, 'item')}.${
    done.left ? ` Still parked: ${counted(done.left, 'item')}. ${done.reason ?? ''}` : ''}${rest(done)}`,
  discard: (done) => `Discarded: ${counted(done.changes, 'change')} of ${counted(done.items, 'item')}.${rest(done)}`,
  acknowledge: (done) => (done.gaps ? 'Acknowledged.' : 'The gap was acknowledged already.'),
};

const rest = (done) => (done.more ? ' There are more: repeat it.' : '');

function show(outcome, text) {
  byId('result').dataset.outcome = outcome;
  setText(byId('result'), text);
}

/** Sends an action, and shows what came of it. The button waits meanwhile. */
export async function act(name, what, button) {
  if (token() === '') {
    show('bad', 'Give the admin token first.');
    byId('token').focus();
    return;
  }
  button.setAttribute('aria-disabled', 'true');
  show('none', 'Working…');
  try {
    const response = await fetch(`status/${name}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token()}` },
      body: JSON.stringify(what),
    });
    const answer = await response.json();
    if (response.ok) {
      show('good', RESULTS[name](answer));
    } else {
      show('bad', response.status === 401 ? 'The daemon does not know this token.' : answer.detail);
    }
  } catch {
    show('bad', 'The daemon did not answer. Whether it has done it will show here when it is back.');
  } finally {
    button.removeAttribute('aria-disabled');
  }
}

/** Asks before what cannot be undone. */
export function confirmed(title, text, yes) {
  const dialog = byId('confirm');
  setText(byId('confirm-title'), title);
  setText(byId('confirm-text'), text);
  setText(byId('confirm-yes'), yes);
  dialog.returnValue = 'cancel';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}

function showToken() {
  const known = token() !== '';
  byId('token-form').hidden = !enabled;
  byId('token-forget').hidden = !known;
  document.body.dataset.actions = enabled ? 'on' : 'off';
  setText(byId('actions-note'), !enabled
    ? 'This page is read-only. To redrive, discard and acknowledge here, create a token with: tributary token operator admin:write, put the line that it prints into a file, and set admin.tokens to its path.'
    : known
      ? 'This tab has a token. It forgets it when it is closed.'
      : 'Redrive, discard and acknowledge take a token that is in admin.tokens.');
}

export function startActions(available) {
  enabled = available;
  showToken();
}

byId('token-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const given = byId('token').value.trim();
  if (given !== '') {
    sessionStorage.setItem(KEY, given);
    byId('token').value = '';
    show('none', '');
    showToken();
  }
});

byId('token-forget').addEventListener('click', () => {
  sessionStorage.removeItem(KEY);
  showToken();
  byId('token').focus();
});
