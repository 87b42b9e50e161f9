// What the daemon reads from tables: shards, parked items, gaps, and what needs attention. Also conditions and configuration.

import { act, confirmed } from './actions.js';
import { byId, element, setAttribute, setText, sync } from './dom.js';
import { ago, count, counted, span, time } from './format.js';

const HOUR = 3600;

const cell = (label, name, kind = '') => element('td', { 'data-label': label, 'data-cell': name, class: kind || null });

function put(parent, name, text, level = null) {
  const target = parent.querySelector(`[data-cell=${name}]`);
  setText(target, text);
  setAttribute(target, 'data-level', level);
}

const empty = (text) => element('li', { class: 'empty' }, text);

/** The last digits: a shard or a checkpoint is known by them. */
const tail = (text, digits) => (text.length > digits ? `…${text.slice(-digits)}` : text);

export function showShards(tables) {
  const shards = tables.sources.flatMap((source) => source.shards.map((shard) => ({ ...shard, source: source.source })));
  const more = tables.sources.reduce((sum, source) => sum + source.moreShards, 0);
  const ended = tables.sources.reduce((sum, source) => sum + source.endedShards, 0);
  setText(byId('shards-count'), count(shards.length + more));
  sync(byId('shards'), shards, (shard) => `${shard.source} ${shard.shard}`, createShard, (row, shard) => {
    const owner = shard.owner ?? '–';
    put(row, 'owner', shard.unread || !shard.owner ? `${shard.state}${shard.owner ? `: ${shard.owner}` : ''}`
      : shard.successor ? `${owner} → ${shard.successor}` : owner, shard.unread ? 'warn' : null);
    put(row, 'done', shard.doneUntil ? ago(shard.doneUntil) : 'not recorded yet');
    const left = shard.leftSeconds;
    put(row, 'left', left === undefined ? '–' : left <= 0 ? 'nothing' : span(left),
      left === undefined ? null : left < 4 * HOUR ? 'bad' : left < 12 * HOUR ? 'warn' : null);
    put(row, 'checkpoint', shard.checkpoint === 'TRIM_HORIZON' ? 'beginning' : tail(shard.checkpoint, 12));
    row.querySelector('[data-cell=checkpoint]').title = shard.checkpoint;
  });
  if (shards.length === 0) {
    byId('shards').append(element('tr', { class: 'empty' }, element('td', { colspan: '5' }, 'No shard has to be read.')));
  }
  setText(byId('shards-note'), [
    ...tables.sources.map((source) => `${source.source}: ${counted(source.workers.length, 'worker')}${source.gone.length ? `, ${source.gone.length} gone` : ''}`),
    more ? `${counted(more, 'shard')} not shown` : '',
    ended ? `${counted(ended, 'shard')} read to the end` : '',
  ].filter(Boolean).join(' · '));
}

function createShard(shard) {
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, element('span', {}, shard.source), element('span', { class: 'name', title: shard.shard }, tail(shard.shard, 16))),
    cell('Read by', 'owner'),
    cell('In step up to', 'done', 'number'),
    cell('Left before trimming', 'left', 'number'),
    cell('Checkpoint', 'checkpoint', 'code'),
  );
}

export function showParked(tables, routes) {
  const groups = routes.flatMap(({ route }) =>
    (tables.routes[route]?.parked?.reasons ?? []).map((reason) => ({ ...reason, route })));
  const items = routes.reduce((sum, { route }) => sum + (tables.routes[route]?.parked?.items ?? 0), 0);
  setText(byId('parked-count'), count(items));
  sync(byId('parked'), groups, (group) => `${group.route} ${group.reason}`, createParked, updateParked);
  if (groups.length === 0) {
    byId('parked').append(empty('No item is parked.'));
  }
}

function createParked(group) {
  const all = () => ({ route: group.route, reason: group.reason });
  const name = `${group.route}: ${group.reason}`;
  return element(
    'li',
    {},
    element(
      'div',
      { class: 'group' },
      element('div', {}, element('p', { class: 'what' }, group.reason), element('p', { class: 'note', 'data-cell': 'summary' })),
      buttons(name, (button) => redrive(all(), button), (button) => discard(all(), `all of ${group.route} with this reason`, button)),
    ),
    element('details', {}, element('summary', { 'data-cell': 'shown' }), element('ul', { class: 'items' })),
  );
}

function updateParked(node, group) {
  put(node, 'summary', `${group.route} · ${counted(group.items, 'item')}, ${counted(group.changes, 'change')}${group.since ? ` · first ${ago(group.since)}` : ''}`);
  put(node, 'shown', group.sample.length < group.items ? `The first ${group.sample.length} items` : counted(group.items, 'item'));
  sync(node.querySelector('.items'), group.sample, (item) => item.digest, (item) => {
    const one = { route: group.route, item: item.digest };
    return element(
      'li',
      { class: 'group' },
      element('p', {}, element('code', {}, item.name), ' ', element('span', { class: 'note', 'data-cell': 'item' })),
      buttons(item.name, (button) => redrive(one, button), (button) => discard(one, item.name, button)),
    );
  }, (row, item) => put(row, 'item', `${counted(item.changes, 'change')}${item.since ? `, parked ${ago(item.since)}` : ''}`));
}

function buttons(name, redriven, discarded) {
  return element(
    'p',
    { class: 'buttons' },
    element('button', { type: 'button', 'data-action': true, 'aria-label': `Redrive ${name}`, onclick: (event) => redriven(event.currentTarget) }, 'Redrive'),
    element('button', { type: 'button', 'data-action': true, class: 'danger', 'aria-label': `Discard ${name}`, onclick: (event) => discarded(event.currentTarget) }, 'Discard…'),
  );
}

const redrive = (what, button) => act('redrive', what, button);

async function discard(what, name, button) {
  if (await confirmed(`Discard ${name}?`, 'The parked changes are deleted and not applied. The target keeps its rows until the items change again.', 'Discard')) {
    await act('discard', what, button);
  }
}

export function showGaps(tables) {
  const gaps = tables.sources.flatMap((source) => source.gaps.map((gap) => ({ ...gap, source: source.source })));
  const more = tables.sources.reduce((sum, source) => sum + source.moreGaps, 0);
  setText(byId('gaps-count'), count(gaps.length + more));
  sync(byId('gaps'), gaps, (gap) => `${gap.source} ${gap.id}`, (gap) => element(
    'li',
    { class: 'group' },
    element('div', {}, element('p', { class: 'what' }, gap.description), element('p', { class: 'note', 'data-cell': 'when' })),
    element('p', { class: 'buttons' }, element('button', {
      type: 'button',
      'data-action': true,
      'aria-label': `Acknowledge the gap of ${gap.source}: ${gap.description}`,
      onclick: (event) => act('acknowledge', { source: gap.source, gap: gap.id }, event.currentTarget),
    }, 'Acknowledge')),
  ), (row, gap) => put(row, 'when', `${gap.source} · ${ago(gap.at)}, found by ${gap.worker}`));
  if (gaps.length === 0) {
    byId('gaps').append(empty('No gap is open: the streams have lost nothing that is not acknowledged.'));
  }
  if (more > 0) {
    byId('gaps').append(empty(`${counted(more, 'more gap')}, listed by tributary gaps and in the log.`));
  }
}

/** One line that says whether anything is wrong, and all of it behind it. */
export function showAttention(tables, live) {
  const components = live.components
    .filter(([, status]) => status !== 'UP')
    .map(([name, status, detail]) => ({ level: status === 'DOWN' ? 'bad' : 'warn', where: name, what: detail }));
  const findings = (tables?.findings ?? [])
    .map((finding) => ({ level: finding.kind === 'note' ? 'note' : finding.kind === 'unreadable' ? 'warn' : 'bad', ...finding }));
  const all = [...components, ...findings];
  const serious = all.filter((one) => one.level !== 'note');
  setAttribute(byId('attention'), 'data-level', serious.some((one) => one.level === 'bad') ? 'bad' : serious.length ? 'warn' : 'good');
  setText(byId('attention-text'), serious.length === 0
    ? tables ? 'Nothing needs a person.' : 'Reading the tables.'
    : `${counted(serious.length, 'thing')} ${serious.length === 1 ? 'needs' : 'need'} attention: ${serious[0].where}: ${serious[0].what}`);
  sync(byId('attention-list'), all, (one) => `${one.where} ${one.level}`, () => element('li'), (row, one) => {
    setAttribute(row, 'data-level', one.level);
    setText(row, `${one.where}: ${one.what}`);
  });
  if (all.length === 0) {
    byId('attention-list').append(empty('Every component is up.'));
  }
}

export function showConditions(conditions) {
  sync(byId('conditions'), conditions, (one) => `${one.at} ${one.component}`, (one) => element(
    'li',
    { 'data-level': { UP: 'good', DOWN: 'bad' }[one.status] ?? 'warn' },
    element('time', { datetime: new Date(one.at).toISOString() }, time(one.at)),
    element('span', { class: 'badge', 'data-level': { UP: 'good', DOWN: 'bad' }[one.status] ?? 'warn' }, one.status.toLowerCase()),
    element('span', {}, element('strong', {}, one.component), one.detail ? ` ${one.detail}` : ''),
  ), () => {});
  if (conditions.length === 0) {
    byId('conditions').append(empty('No component has changed since the start.'));
  }
}

export function showConfiguration(values) {
  setText(byId('configuration-count'), count(values.length));
  byId('configuration').replaceChildren(...values.flatMap(([key, value]) => [element('dt', {}, key), element('dd', {}, value)]));
}
