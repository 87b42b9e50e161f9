// The charts of the last quarter of an hour, and the legend that hides and shows routes. Uses Chart.js.

import { byId, element } from './dom.js';
import { rate, span, time } from './format.js';

const COLOURS = 8;

let charts = [];
let history = { at: [], routes: {} };
let samples = 0;
let interval = 0;
const hidden = new Set();

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function dataset(route, index, series) {
  const colour = style(`--series-${index % COLOURS}`);
  return {
    label: route,
    data: points(history.routes[route][series]),
    hidden: hidden.has(route),
    borderColor: colour,
    backgroundColor: colour,
    // Routes beyond the colours differ by their dashes.
    borderDash: [[], [5, 3], [2, 2], [8, 3, 2, 3]][Math.floor(index / COLOURS) % 4],
    borderWidth: 1.5,
    pointRadius: 0,
    pointHitRadius: 8,
    tension: 0.25,
    spanGaps: 4 * interval * 1000,
  };
}

const points = (values) => values.map((value, index) => ({ x: history.at[index], y: value }));

function range() {
  const end = history.at.at(-1) ?? Date.now();
  return { min: end - samples * interval * 1000, max: end };
}

function chart(canvas, series, format) {
  const text = style('--muted');
  const grid = style('--line');
  const axis = { grid: { color: grid, drawTicks: false }, border: { display: false } };
  return new window.Chart(byId(canvas), {
    type: 'line',
    data: { datasets: Object.keys(history.routes).map((route, index) => dataset(route, index, series)) },
    options: {
      animation: false,
      maintainAspectRatio: false,
      normalized: true,
      parsing: false,
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      plugins: {
        legend: { display: false },
        tooltip: {
          callbacks: {
            title: (items) => (items.length ? time(items[0].parsed.x) : ''),
            label: (item) => ` ${item.dataset.label}: ${format(item.parsed.y)}`,
          },
        },
      },
      scales: {
        x: {
          ...axis,
          type: 'linear',
          ...range(),
          afterBuildTicks: (scale) => {
            scale.ticks = [15, 10, 5, 0].map((minutes) => ({ value: scale.max - minutes * 60_000 }));
          },
          ticks: {
            color: text,
            maxRotation: 0,
            align: 'inner',
            callback: (value, index) => ['15 min ago', '10 min', '5 min', 'now'][index],
          },
        },
        y: {
          ...axis,
          beginAtZero: true,
          suggestedMax: 1,
          afterFit: (scale) => {
            scale.width = 60; // the same in both charts, and no jump when numbers grow
          },
          ticks: { color: text, maxTicksLimit: 5, padding: 6, callback: format },
        },
      },
    },
  });
}

function draw() {
  charts.forEach((made) => made.destroy());
  window.Chart.defaults.font.family = style('--font');
  window.Chart.defaults.font.size = 11;
  charts = [
    chart('rate-chart', 'rate', rate),
    chart('latency-chart', 'latency', (value) => (value === 0 ? '0' : span(value))),
  ];
}

function legend() {
  byId('legend').replaceChildren(
    ...Object.keys(history.routes).map((route, index) =>
      element(
        'button',
        {
          type: 'button',
          'aria-pressed': String(!hidden.has(route)),
          onclick: (event) => toggle(route, event.currentTarget),
        },
        element('span', { class: 'swatch', 'data-series': String(index % COLOURS), 'aria-hidden': 'true' }),
        route,
      ),
    ),
  );
}

function toggle(route, button) {
  const shown = hidden.delete(route) || !hidden.add(route);
  button.setAttribute('aria-pressed', String(shown));
  charts.forEach((made) => {
    made.data.datasets.find((one) => one.label === route).hidden = !shown;
    made.update();
  });
}

/** Shows a whole history. */
export function startCharts(first) {
  ({ history, samples, intervalSeconds: interval } = first);
  const note = byId('uncharted');
  note.hidden = first.uncharted === 0;
  note.textContent = `${first.uncharted} more routes have no charts: the history keeps the first ${Object.keys(history.routes).length} by name. Metrics have them all.`;
  legend();
  draw();
}

/** Adds the samples that are newer. */
export function addSamples(added) {
  added.at.forEach((at, index) => {
    if (at <= (history.at.at(-1) ?? 0)) {
      return;
    }
    history.at.push(at);
    for (const [route, series] of Object.entries(history.routes)) {
      series.rate.push(added.routes[route].rate[index]);
      series.latency.push(added.routes[route].latency[index]);
    }
    if (history.at.length > samples) {
      history.at.shift();
      Object.values(history.routes).forEach((series) => (series.rate.shift(), series.latency.shift()));
    }
  });
  charts.forEach((made, index) => {
    made.data.datasets.forEach((one) => {
      one.data = points(history.routes[one.label][index === 0 ? 'rate' : 'latency']);
    });
    Object.assign(made.options.scales.x, range());
    made.update();
  });
  describe();
}

/** The charts as texts, for those who do not see them. */
function describe() {
  for (const [canvas, series, what, format] of [
    ['rate-chart', 'rate', 'Throughput', (value) => `${rate(value)} changes per second`],
    ['latency-chart', 'latency', 'Latency', span],
  ]) {
    const last = Object.entries(history.routes).map(([route, values]) => {
      const value = values[series].at(-1);
      return `${route} ${value === null || value === undefined ? 'none' : format(value)}`;
    });
    byId(canvas).setAttribute('aria-label', `${what} of each route, now: ${last.join(', ')}`);
  }
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => charts.length && draw());
