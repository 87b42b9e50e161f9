// The table of routes, and the badges of their targets.

import { byId, element, setAttribute, setText, sync } from './dom.js';
import { ago, count, rate, span } from './format.js';

const PROOFS = {
  proven: (proof) => ['good', `proven ${ago(proof.at)}`],
  stale: (proof) => ['warn', proof.at ? `stale, proven ${ago(proof.at)}` : 'stale, never proven'],
  differs: (proof) => ['bad', `differs, ${count(proof.faults)} ${proof.faults === 1 ? 'fault' : 'faults'}`],
};

function badge(tables) {
  if (!tables) {
    return ['none', '…'];
  }
  return tables.proof ? PROOFS[tables.proof.state](tables.proof) : ['none', 'not verified'];
}

function state(route, live, tables, paused) {
  if (tables && !tables.enabled) {
    return ['warn', 'paused by the configuration'];
  }
  if (live.paused || tables?.pausedSince) {
    return ['warn', tables?.pausedSince ? `paused by an operator ${ago(tables.pausedSince)}` : 'paused'];
  }
  const other = paused.find((name) => name !== route.route && name.startsWith(`${route.source}.`));
  if (other) {
    return ['warn', `held: ${other} is paused`];
  }
  if (tables?.backfill) {
    return ['good', `backfill, ${count(tables.backfill.read)} read`];
  }
  return live.lag === null ? ['none', 'not read here'] : ['good', 'replicating'];
}

const cell = (label, name, kind = '') => element('td', { 'data-label': label, 'data-cell': name, class: kind || null });

function create(route) {
  return element(
    'tr',
    {},
    element(
      'th',
      { scope: 'row' },
      element(
        'span',
        { class: 'tables' },
        element('span', { title: `${route.from} (${route.fromPlace})` }, route.from),
        element('span', { class: 'arrow', role: 'img', 'aria-label': 'to' }, '→'),
        element('span', { title: `${route.to} (${route.toPlace})` }, route.to),
      ),
      element('span', { class: 'name' }, route.route),
    ),
    cell('Changes/s', 'rate', 'number'),
    cell('Latency', 'latency', 'number'),
    cell('Lag', 'lag', 'number'),
    cell('Parked', 'parked', 'number'),
    element('td', { 'data-label': 'Target' }, element('span', { class: 'badge', 'data-cell': 'proof' })),
    element('td', { 'data-label': 'State' }, element('span', { class: 'badge', 'data-cell': 'state' })),
  );
}

function put(row, name, text, level = null) {
  const target = row.querySelector(`[data-cell=${name}]`);
  setText(target, text);
  setAttribute(target, 'data-level', level);
}

export function showRoutes(routes, live, tables) {
  const paused = routes
    .map((route) => route.route)
    .filter((name) => live.routes[name]?.paused || tables?.routes[name]?.pausedSince || tables?.routes[name]?.enabled === false);
  sync(byId('routes'), routes, (route) => route.route, create, (row, route) => {
    const meters = { ...live.routes[route.route], lag: live.lags[route.source] ?? null };
    const known = tables?.routes[route.route];
    const parked = known?.parked?.items ?? meters.parked;
    put(row, 'rate', rate(meters.rate));
    put(row, 'latency', meters.latency === null ? '–' : span(meters.latency));
    put(row, 'lag', meters.lag === null ? '–' : span(meters.lag), meters.lag > 600 ? 'bad' : meters.lag > 60 ? 'warn' : null);
    put(row, 'parked', `${count(parked)}${known?.parked?.more ? '+' : ''}`, parked > 0 ? 'warn' : null);
    const [proofLevel, proofText] = badge(known);
    put(row, 'proof', proofText, proofLevel);
    row.querySelector('[data-cell=proof]').title = known?.proof?.text ?? '';
    const [stateLevel, stateText] = state(route, meters, known, paused);
    put(row, 'state', stateText, stateLevel);
  });
}
