// Puts the page together: what arrives, and which part shows it.

import { startActions } from './actions.js';
import { addSamples, startCharts } from './charts.js';
import { connect } from './connection.js';
import { byId, setAttribute, setText } from './dom.js';
import { setClock, span, now, time } from './format.js';
import { showRoutes } from './routes.js';
import { showAttention, showConditions, showConfiguration, showGaps, showParked, showShards } from './tables.js';

/** Longest wait for the tables before the page is shown without them. */
const PATIENCE_MILLIS = 2500;

const HEALTH = { UP: 'Up', DEGRADED: 'Degraded', STARTING: 'Starting', DOWN: 'Down' };

let first = null;
let live = null;
let tables = null;
let shown = false;
let heardAt = 0;

function show() {
  if (!first || !live || !(tables || shown || Date.now() - heardAt > PATIENCE_MILLIS)) {
    return;
  }
  setAttribute(byId('health'), 'data-status', live.status);
  setText(byId('health-text'), HEALTH[live.status]);
  setText(byId('process'), `${first.worker} · ${first.version} · up ${span((now() - first.startedAt) / 1000)}`);
  document.title = `${live.status === 'UP' ? '' : `${HEALTH[live.status]} · `}Tributary`;
  showAttention(tables, live);
  showRoutes(first.routes, live, tables);
  if (tables) {
    showShards(tables);
    showParked(tables, first.routes);
    showGaps(tables);
    setText(byId('read-at'), `Tables read at ${time(tables.at)}.`);
  }
  if (!shown) {
    shown = true;
    byId('main').removeAttribute('aria-busy');
    startCharts(first);
  }
}

function start(event) {
  if (first && first.version !== event.version) {
    location.reload(); // the files of the page may be others
  }
  first = event;
  heardAt = Date.now();
  startActions(event.actions === true);
  setText(byId('latency-unit'), event.coarseTimes
    ? 'mean; DynamoDB Local rounds times, so up to a minute too long'
    : 'from the change to its row, mean, the last 15 minutes');
  showConditions(event.conditions);
  showConfiguration(event.configuration);
  if (shown) {
    startCharts(event);
  }
}

connect(
  {
    first: start,
    now: (event) => {
      live = event;
      setClock(event.at);
      show();
    },
    tables: (event) => {
      tables = event;
      show();
    },
    sample: (event) => shown && addSamples(event),
    conditions: showConditions,
  },
  (state, why) => {
    setAttribute(byId('connection'), 'data-state', state);
    setAttribute(document.body, 'data-connection', state);
    setText(byId('connection-text'), state === 'live' ? 'live' : 'no connection');
    const offline = byId('offline');
    if (state === 'live') {
      offline.hidden = true;
    } else if (offline.hidden) {
      offline.hidden = false;
      setText(offline, `${why} What is shown is from ${time(now())}. The page tries again every second.`);
    }
  },
);
