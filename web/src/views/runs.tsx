// Runs of pipelines: the list, and the chosen run's activities as bars over time.
import { computed } from '@preact/signals';
import { cancelRuns, runPipeline, type Activity, type Run } from '../api';
import * as format from '../format';
import { part } from '../live';
import { act, selectedRun } from '../state';
import { failedExpectations } from './expectations';
import { Glyph, Retry, stateHealth } from './icons';
import { RunButton, Waits } from './panel';
import { Problem } from './problem';
import { Triggers } from './triggers';

const LIMIT = 50;
const runs = part('runs');
const underWay = part('under_way');
// The one that somebody chose, else the newest of the pipeline that was shown first: with several
// pipelines at work nothing changes under the pointer.
let shownFirst: string | undefined;
const chosen = computed(() => {
  const all = runs.value ?? [];
  shownFirst ??= all[0]?.pipeline;
  return all.find((r) => r.id === selectedRun.value) ?? all.find((r) => r.pipeline === shownFirst) ?? all[0];
});

export function Runs() {
  const all = (runs.value ?? []).slice(0, LIMIT);
  return (
    <section class="panel block runs" aria-labelledby="runs-title">
      <div class="block-head">
        <h1 id="runs-title">Runs</h1>
        {(underWay.value ?? []).map((pipeline) => (
          <Cancel key={pipeline} pipeline={pipeline} />
        ))}
        {chosen.value && <GoOn run={chosen.value} />}
        {chosen.value && <RunButton name={chosen.value.pipeline} />}
      </div>
      <Waits />
      <Triggers />
      {all.length === 0 ? (
        <p class="empty">
          Nothing has run yet. <code>hriste run PIPELINE</code> starts one; a trigger with <code>on = "apply"</code>{' '}
          does at each apply.
        </p>
      ) : (
        <div class="split">
          <ul class="run-list scroll" aria-label="Runs, newest first">
            {all.map((run) => (
              <RunLine key={run.id} run={run} />
            ))}
          </ul>
          {chosen.value && <Gantt run={chosen.value} />}
        </div>
      )}
    </section>
  );
}

/** Ends a pipeline's runs, those that wait too. */
function Cancel({ pipeline }: { pipeline: string }) {
  return <button onClick={() => act(() => cancelRuns(pipeline))}>Cancel {pipeline}</button>;
}

/** A pipeline's last run, when it failed, can be gone on from. */
function GoOn({ run }: { run: Run }) {
  const last = (runs.value ?? []).find((r) => r.pipeline === run.pipeline);
  if (last !== run || run.state !== 'failed') return null;
  return (
    <button class="primary" onClick={() => act(() => runPipeline(run.pipeline, run.id))}>
      <Retry /> Go on from what failed
    </button>
  );
}

function RunLine({ run }: { run: Run }) {
  return (
    <li>
      <button
        class="run"
        aria-current={run === chosen.value ? 'true' : undefined}
        onClick={() => (selectedRun.value = run.id)}
      >
        <Glyph health={stateHealth(run.state)} />
        <span class="name">{run.pipeline}</span>
        <span class="vh">, {run.state}, </span>
        <span class="muted">{run.trigger}</span>
        <span class="took">{format.seconds(run.seconds)}</span>
        <time class="muted when" dateTime={run.started} title="wall time, in your zone">
          {format.wall(run.started)}
        </time>
      </button>
    </li>
  );
}

function Gantt({ run }: { run: Run }) {
  const end = Math.max(run.seconds, ...run.activities.map((a) => a.offset_s + a.seconds), 0.001);
  const ordered = inOrderOfTime(run.activities);
  return (
    <div class="gantt">
      <p class="muted">
        {run.id} · {run.rerun_of && `goes on from ${run.rerun_of} · `}
        {Object.entries(run.parameters ?? {}).map(([name, value]) => `${name.replaceAll('_', ' ')} ${textOf(value)} · `)}
        {run.state} · {format.group(run.rows)} rows · {format.bytes(run.bytes)}
      </p>
      <ol aria-label={`Activities of ${run.pipeline}`}>
        {ordered.map((activity) => (
          <Bar key={activity.name} activity={activity} end={end} />
        ))}
      </ol>
      {run.error && !ordered.some((a) => a.error) && <Problem of={{ message: run.error }} />}
    </div>
  );
}

const hasBegun = (a: Activity) => a.state !== 'waiting' && a.state !== 'skipped';

/** Those that haven't begun stand last, in the pipeline's order. */
const inOrderOfTime = (all: Activity[]): Activity[] =>
  [...all].sort((a, b) => Number(hasBegun(b)) - Number(hasBegun(a)) || (hasBegun(a) ? a.offset_s - b.offset_s : 0));

function Bar({ activity, end }: { activity: Activity; end: number }) {
  const health = stateHealth(activity.state);
  const left = (activity.offset_s / end) * 100;
  const wide = Math.max((activity.seconds / end) * 100, 0.4);
  return (
    <li class="bar">
      <span class="name">
        <Glyph health={health} />
        <span class="vh">{activity.state}: </span>
        <span class="text" title={activity.name}>{activity.name}</span>
        <span class="muted">{activity.type}</span>
      </span>
      <span class="track" aria-hidden="true">
        <i class={health} style={{ left: `${left.toFixed(2)}%`, width: `${Math.min(wide, 100 - left).toFixed(2)}%` }} />
      </span>
      <span class="took">
        {activity.kept ? 'kept' : activity.state === 'running' || activity.seconds > 0 ? format.seconds(activity.seconds) : '–'}
      </span>
      <span class="rows">{activity.rows > 0 ? `${format.group(activity.rows)} rows` : ''}</span>
      {failedExpectations(activity).map((text) => (
        <span class="expected warn" key={text}>
          <span aria-hidden="true">▲</span> {text}
        </span>
      ))}
      {activity.error && <Problem of={{ message: activity.error, card: activity.card }} />}
      <Inputs activity={activity} />
    </li>
  );
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** What an activity worked on: its file, the tables that it read with their versions, its settings. */
function Inputs({ activity }: { activity: Activity }) {
  const { file, tables = {}, parameters = {} } = activity.inputs ?? {};
  const rows: [string, string][] = [
    ...(file ? [['file', file] as [string, string]] : []),
    ...Object.entries(tables).map(([name, version]): [string, string] => [name, version === null ? 'files' : `version ${version}`]),
    ...Object.entries(parameters).map(([name, value]): [string, string] => [name, textOf(value)]),
  ];
  if (activity.kept && activity.kept_from) rows.push(['unchanged since', activity.kept_from]);
  if ((activity.attempts ?? 0) > 1) rows.push(['attempts', String(activity.attempts)]);
  if (rows.length === 0 && !activity.note) return null;
  return (
    <details class="inputs">
      <summary>
        <span class="vh">{activity.name}: </span>inputs
      </summary>
      {activity.note && <p>{activity.note}</p>}
      <dl>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
