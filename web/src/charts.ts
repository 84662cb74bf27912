// Charts with Vega-Lite, loaded when the first one is shown. Vega's expressions run in its AST
// interpreter, since the page's policy forbids `eval`.
import * as vega from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { Answer, Chart, Column } from './api';
import { cellText, isNumeric, uniqueNames } from './cells';

export type Rows = Record<string, Record<string, unknown>[]>; // by query

/** Draws; returns what ends it. The host's width decides the chart's. */
export async function draw(host: HTMLElement, spec: object, rows: Rows, label: string): Promise<() => void> {
  const { spec: compiled } = compile({ ...look(), ...spec, config: look() } as TopLevelSpec, { logger: quiet });
  const view = new vega.View(vega.parse(compiled, undefined, { ast: true }), {
    expr: expressionInterpreter,
    renderer: 'svg',
    container: host,
    hover: true,
    loader: nowhere,
    logger: quiet,
  });
  for (const [name, values] of Object.entries(rows)) if (has(view, name)) view.data(name, values);
  const fit = () => {
    view.width(host.clientWidth).resize();
    return view.runAsync();
  };
  await fit();
  const svg = host.querySelector('svg');
  svg?.setAttribute('role', 'img');
  svg?.setAttribute('aria-label', label);
  const observer = new ResizeObserver(() => void fit());
  observer.observe(host);
  return () => {
    observer.disconnect();
    view.finalize();
  };
}

// As on the rest of the page: thin spaces between thousands.
vega.formatLocale({ decimal: '.', thousands: '\u202f', grouping: [3], currency: ['', ''] });

const quiet = vega.logger(vega.Error);
/** Nothing is fetched: data are the page's own rows. */
const nowhere = { ...vega.loader(), load: () => Promise.reject(new Error('a chart may not fetch')) };

function has(view: vega.View, name: string): boolean {
  try {
    view.data(name);
    return true;
  } catch {
    return false;
  }
}

/** The page's colours, as they are now. */
function look(): object {
  const style = getComputedStyle(document.documentElement);
  const probe = document.createElement('span');
  document.body.append(probe);
  const colour = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const [text, muted, line] = [colour('text'), colour('muted'), colour('line')];
  const category = ['accent', 'bronze', 'stream', 'source', 'gold', 'fail', 'ok', 'silver'].map(colour);
  probe.remove();
  return {
    background: 'transparent',
    font: style.fontFamily,
    axis: { labelColor: muted, titleColor: muted, gridColor: line, domainColor: line, tickColor: line, labelFontSize: 11, titleFontSize: 12, titleFontWeight: 'normal' },
    legend: { labelColor: text, titleColor: muted },
    title: { color: text },
    view: { stroke: 'transparent' },
    mark: { color: category[0] },
    rule: { color: muted },
    range: { category, ramp: { scheme: 'blues' }, heatmap: { scheme: 'blues' } },
  };
}

const NAME = /[.[\]\\]/g;
const field = (name: string) => name.replace(NAME, '\\$&');

function typeOf(column: Column | undefined): 'temporal' | 'quantitative' | 'nominal' {
  if (!column) return 'nominal';
  if (/^(DATE|TIMESTAMP)[^[]*$/.test(column.type)) return 'temporal';
  return isNumeric(column) ? 'quantitative' : 'nominal';
}

/** The flat keys of a ```chart fence as a Vega-Lite specification over the query's answer. */
export function specOf(chart: Chart, answer: Answer): object {
  const { columns } = answer;
  const column = (name: string) => columns.find((c) => c.name === name);
  const channel = (name: string) => ({ field: field(name), type: typeOf(column(name)), title: name });
  const folded = chart.y.length > 1;
  const y = folded ? { field: 'value', type: 'quantitative', title: null } : channel(chart.y[0]!);
  const colour = folded ? { field: 'series', type: 'nominal', title: null } : chart.color ? channel(chart.color) : undefined;
  const encoding: Record<string, unknown> = { x: xOf(chart, channel(chart.x)), y, tooltip: tooltips(chart, answer) };
  if (colour) encoding.color = chart.type === 'heatmap' ? { ...colour, type: 'quantitative' } : colour;
  if (chart.type === 'heatmap') encoding.y = { ...y, type: 'ordinal' };
  return {
    data: { name: chart.data },
    height: 220,
    width: 300,
    autosize: { type: 'fit', contains: 'padding' },
    transform: folded ? [{ fold: chart.y.map(field), as: ['series', 'value'] }] : [],
    mark: markOf(chart.type),
    encoding,
  };
}

/** Bars stand in the order in which the query gives them: its ORDER BY decides. */
function xOf(chart: Chart, x: { type: string }): object {
  if (chart.type === 'heatmap') return { ...x, type: 'ordinal', axis: { labelAngle: 0, labelOverlap: true } };
  if (chart.type !== 'bar') return x;
  return x.type === 'temporal' ? x : { ...x, type: 'ordinal', sort: null, axis: { labelAngle: -40, labelOverlap: true } };
}

function markOf(type: string): object {
  const marks: Record<string, object> = {
    line: { type: 'line', interpolate: 'monotone', strokeWidth: 1.5 },
    area: { type: 'area', opacity: 0.7 },
    bar: { type: 'bar' },
    scatter: { type: 'point', filled: true, opacity: 0.6 },
    heatmap: { type: 'rect' },
  };
  return marks[type] ?? { type: 'point' };
}

const tooltips = (chart: Chart, { columns, rows }: Answer) =>
  columns.flatMap((c, i) => {
    if (![chart.x, chart.color, ...chart.y].includes(c.name)) return [];
    if (columns.findIndex((other) => other.name === c.name) < i) return []; // a twin: the first counts
    const shown = isLossy(c, rows, i) ? { field: field(exactName(c.name)), type: 'nominal' } : { field: field(c.name), type: typeOf(c) };
    return [{ ...shown, title: c.name }];
  });

/** Where a number is drawn by its size, its text stands beside it under this name. */
const exactName = (name: string) => `${name} as text`;

/** Whether some value has more digits than a JavaScript number keeps. */
const isLossy = (column: Column, rows: unknown[][], i: number): boolean =>
  isNumeric(column) && rows.some((row) => typeof row[i] === 'string' && row[i].replace(/\D/g, '').length > 15);

/** Columns that stand on an axis one by one: large ids may not fall together there. */
const ordinalsOf = (chart: Chart | undefined): string[] =>
  chart?.type === 'heatmap' ? [chart.x, ...chart.y] : chart?.type === 'bar' ? [chart.x] : [];

/** Rows as objects; numbers that come as text (DECIMAL) and times as what they are. */
export function objectsOf({ columns, rows }: Answer, chart?: Chart): Record<string, unknown>[] {
  const names = uniqueNames(columns);
  const ordinals = ordinalsOf(chart);
  const fields = columns.flatMap((c, i): [string, (row: unknown[]) => unknown][] => {
    const name = names[i]!;
    if (!isLossy(c, rows, i)) return [[name, (row) => drawn(c, row[i])]];
    const asText = (row: unknown[]) => (row[i] === null ? null : cellText(row[i]));
    return [[name, ordinals.includes(name) ? asText : (row) => drawn(c, row[i])], [exactName(name), asText]];
  });
  return rows.map((row) => Object.fromEntries(fields.map(([name, read]) => [name, read(row)])));
}

/** What has no place on an axis (NaN, infinity, a time too far away) is drawn as null is: not at all. */
function drawn(column: Column, value: unknown): unknown {
  if (value === null) return null;
  const type = typeOf(column);
  if (type === 'nominal') return value;
  const place = type === 'temporal' ? instantOf(String(value)) : Number(value);
  return Number.isFinite(place) ? place : null;
}

/** Local and UTC times alike stand on the axis as they are written. */
function instantOf(text: string): number {
  return new Date(text.replace(/Z$/, '').replace(' ', 'T')).getTime();
}
