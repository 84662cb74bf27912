// Machine learning: runs first, as a table in which what is the same everywhere is hidden; two of
// them side by side; then the models with their versions, and a version's weights with intervals.
import { computed, signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { experiments, failedOf, model, models, trackedRuns, type Coefficient, type Failed, type ModelVersion, type RegisteredModel, type TrackedRun } from '../api';
import * as format from '../format';
import { lastRun } from '../live';
import { keep, kept } from '../route';
import { Drawing } from './chart';
import { Glyph } from './icons';
import { Problem } from './problem';

const LIMIT = 200;
// In this order, when a run has them; the ceiling stands beside the score.
const SCORES = ['test_r2', 'test_ceiling', 'test_rmse', 'test_mae', 'train_r2', 'train_rmse'];

const runs = signal<TrackedRun[] | null>(null);
const registered = signal<RegisteredModel[]>([]);
const problem = signal<Failed | null>(null);
const filter = signal('');
const showConstant = signal(false);
const compared = signal<string[]>((kept('compare') ?? '').split(',').filter(Boolean));

async function load(): Promise<void> {
  try {
    const all = await Promise.all((await experiments()).map((e) => trackedRuns(e.name)));
    runs.value = all.flat().sort((a, b) => b.started.localeCompare(a.started));
    registered.value = await Promise.all((await models()).map((m) => model(m.name)));
    problem.value = null;
  } catch (error) {
    problem.value = failedOf(error);
  }
}

const shown = computed(() => {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  const text = (r: TrackedRun) => `${r.experiment} ${r.name} ${r.state} ${Object.entries(r.params).map((p) => p.join('='))} ${r.model}`.toLowerCase();
  return (runs.value ?? []).filter((r) => words.every((w) => text(r).includes(w))).slice(0, LIMIT);
});

const keys = (part: 'params' | 'metrics', all: TrackedRun[]) => [...new Set(all.flatMap((r) => Object.keys(r[part])))];

/** Parameters that differ between runs; of one run alone, all. */
function telling(all: TrackedRun[]): { differ: string[]; constant: string[] } {
  const names = keys('params', all).sort();
  const same = (name: string) => all.length > 1 && new Set(all.map((r) => r.params[name] ?? '')).size === 1;
  return { differ: names.filter((n) => !same(n)), constant: names.filter(same) };
}

export function Ml() {
  useEffect(() => void load(), [lastRun.value]);
  return (
    <div class="ml">
      <Runs />
      {pair.value && <Comparison pair={pair.value} />}
      {registered.value.map((m) => (
        <Model key={m.name} model={m} />
      ))}
    </div>
  );
}

function Runs() {
  const all = runs.value ?? [];
  const { differ, constant } = telling(all);
  const params = showConstant.value ? [...differ, ...constant] : differ;
  const metrics = SCORES.filter((name) => all.some((r) => name in r.metrics));
  return (
    <section class="panel block" aria-labelledby="ml-title">
      <div class="block-head">
        <h1 id="ml-title">ML</h1>
        <span class="muted">{all.length} training runs</span>
        <input type="search" aria-label="Filter runs" placeholder="Filter" value={filter.value} onInput={(e) => (filter.value = e.currentTarget.value)} />
        {constant.length > 0 && (
          <label class="check">
            <input type="checkbox" checked={showConstant.value} onChange={(e) => (showConstant.value = e.currentTarget.checked)} />
            {constant.length} constant parameters
          </label>
        )}
      </div>
      {problem.value && <Problem of={problem.value} />}
      {runs.value && all.length === 0 && (
        <p class="empty">
          Nothing has been trained yet. A pipeline's activity <code>train</code> does it; <code>hriste run refine</code> runs ours.
          A model needs more rows than features, so with fewer than 300 orders our playground leaves it out.
        </p>
      )}
      {shown.value.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label="Training runs">
          <table>
            <thead>
              <tr>
                <th scope="col"><span class="vh">Compare</span></th>
                <th scope="col">Run</th>
                {params.map((name) => <th key={name} scope="col">{name}</th>)}
                {metrics.map((name) => <th key={name} scope="col" class="number">{title(name)}</th>)}
                <th scope="col">Model</th>
                <th scope="col">Started</th>
              </tr>
            </thead>
            <tbody>
              {shown.value.map((run) => <Row key={run.id} run={run} params={params} metrics={metrics} />)}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

const title = (metric: string) => metric.replace('_', ' ').replace('r2', 'R²').replace('rmse', 'RMSE').replace('mae', 'MAE');

function figure(value: number | undefined): string {
  if (value === undefined) return '–';
  return Math.abs(value) < 10 ? value.toFixed(4) : value.toFixed(2);
}

const HEALTH = { finished: 'ok', running: 'warn', failed: 'fail', killed: 'fail' } as const;

function Row({ run, params, metrics }: { run: TrackedRun; params: string[]; metrics: string[] }) {
  const checked = compared.value.includes(run.id);
  return (
    <tr>
      <td>
        <input type="checkbox" aria-label={`Compare ${run.name} of ${format.wall(run.started)}`} checked={checked} onChange={() => choose(run.id)} />
      </td>
      <td>
        <Glyph health={HEALTH[run.state as keyof typeof HEALTH] ?? 'idle'} /> <span class="vh">{run.state} </span>
        {run.name}
        {run.error && <div class="detail">{run.error}</div>}
        {run.mirror.startsWith('waiting') && <div class="detail">MLflow {run.mirror}</div>}
      </td>
      {params.map((name) => <td key={name}>{run.params[name] ?? '–'}</td>)}
      {metrics.map((name) => <td key={name} class="number">{figure(run.metrics[name])}</td>)}
      <td>{run.version > 0 ? `${run.model} ${run.version}` : '–'}</td>
      <td class="time">{format.wall(run.started)}</td>
    </tr>
  );
}

/** The last two that were chosen. */
function choose(id: string): void {
  const now = compared.value;
  compared.value = now.includes(id) ? now.filter((other) => other !== id) : [...now, id].slice(-2);
  keep({ compare: compared.value.join(',') });
}

const pair = computed(() => {
  const found = compared.value.map((id) => runs.value?.find((r) => r.id === id)).filter((r) => r !== undefined);
  return found.length === 2 ? (found as [TrackedRun, TrackedRun]) : null;
});

function Comparison({ pair: [a, b] }: { pair: [TrackedRun, TrackedRun] }) {
  const params = keys('params', [a, b]).sort();
  const metrics = keys('metrics', [a, b]).sort();
  return (
    <section class="panel block compare" aria-labelledby="compare-title">
      <div class="block-head">
        <h2 id="compare-title">{a.name} and {b.name}</h2>
        <button class="quiet" onClick={() => ((compared.value = []), keep({ compare: null }))}>Close</button>
      </div>
      <div class="scroll" tabIndex={0} role="region" aria-label="Two runs side by side">
        <table>
          <thead>
            <tr>
              <th scope="col">Value</th>
              <th scope="col" class="number">{a.name}</th>
              <th scope="col" class="number">{b.name}</th>
              <th scope="col" class="number">Difference</th>
            </tr>
          </thead>
          <tbody>
            {params.map((name) => (
              <tr key={name} class={a.params[name] === b.params[name] ? '' : 'differs'}>
                <td>{name}</td>
                <td class="number">{a.params[name] ?? '–'}</td>
                <td class="number">{b.params[name] ?? '–'}</td>
                <td class="number">{a.params[name] === b.params[name] ? 'same' : 'differs'}</td>
              </tr>
            ))}
            {metrics.map((name) => (
              <tr key={name}>
                <td>{title(name)}</td>
                <td class="number">{String(a.metrics[name] ?? '–')}</td>
                <td class="number">{String(b.metrics[name] ?? '–')}</td>
                <td class="number">{name in a.metrics && name in b.metrics ? (b.metrics[name]! - a.metrics[name]!).toPrecision(4) : '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Model({ model: m }: { model: RegisteredModel }) {
  const chosen = useSignal<number | null>(null);
  const version = m.versions.find((v) => v.version === (chosen.value ?? m.aliases.champion)) ?? m.versions[0];
  return (
    <section class="panel block" aria-label={`Model ${m.name}`}>
      <div class="block-head">
        <h2>{m.name}</h2>
        <span class="muted">{m.description} Decided by test {title(m.metric)}.</span>
      </div>
      {version ? (
        <>
          <div class="scroll versions" tabIndex={0} role="region" aria-label={`Versions of ${m.name}`}>
            <table>
              <thead>
                <tr>
                  <th scope="col">Version</th>
                  <th scope="col">Aliases</th>
                  <th scope="col" class="number">Test R²</th>
                  <th scope="col" class="number">Ceiling</th>
                  <th scope="col">Decision</th>
                </tr>
              </thead>
              <tbody>
                {m.versions.map((v) => (
                  <tr key={v.version}>
                    <td>
                      <button class="link" aria-pressed={v === version} onClick={() => (chosen.value = v.version)}>version {v.version}</button>
                    </td>
                    <td>{v.aliases.join(', ')}</td>
                    <td class="number">{figure(v.metrics?.test_r2)}</td>
                    <td class="number">{figure(v.metrics?.test_ceiling)}</td>
                    <td>
                      <Glyph health={v.decision?.promoted ? 'ok' : 'idle'} /> {v.decision?.promoted ? 'promoted: ' : 'not promoted: '}
                      {v.decision?.reason}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <Weights key={version.version} version={version} />
        </>
      ) : (
        <p class="empty">No version yet: an activity <code>train</code> makes one.</p>
      )}
    </section>
  );
}

function Weights({ version }: { version: ModelVersion }) {
  const drawn = useSignal(false);
  if (!version.file) return null;
  const all = [version.file.intercept, ...version.file.coefficients];
  return (
    <>
      <div class="block-head weights-head">
        <h3>Weights of version {version.version}, {version.file.algorithm}, with 95 % intervals</h3>
        <button aria-expanded={drawn.value} onClick={() => (drawn.value = !drawn.value)}>{drawn.value ? 'Table' : 'Chart'}</button>
      </div>
      {drawn.value ? <WeightChart weights={version.file.coefficients} /> : (
        <div class="scroll" tabIndex={0} role="region" aria-label="Weights">
          <table>
            <thead>
              <tr>
                <th scope="col">Feature</th>
                <th scope="col" class="number">Weight</th>
                <th scope="col" class="number">From</th>
                <th scope="col" class="number">To</th>
              </tr>
            </thead>
            <tbody>
              {all.map((c) => (
                <tr key={c.feature}>
                  <td>{c.feature}</td>
                  <td class="number">{format.fixed(c.value, 2)}</td>
                  <td class="number">{format.fixed(c.low, 2)}</td>
                  <td class="number">{format.fixed(c.high, 2)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

/** A dot for each weight and a line for its interval, in the model's order. */
function specOf(weights: Coefficient[]): object {
  const y = { field: 'feature', type: 'nominal', sort: null, title: null };
  return {
    data: { name: 'weights' },
    width: 300,
    height: weights.length * 16,
    autosize: { type: 'fit', contains: 'padding' },
    layer: [
      { mark: { type: 'rule', strokeWidth: 2 }, encoding: { y, x: { field: 'low', type: 'quantitative', title: 'weight' }, x2: { field: 'high' } } },
      { mark: { type: 'point', filled: true, size: 40 }, encoding: { y, x: { field: 'value', type: 'quantitative' }, tooltip: [{ field: 'feature' }, { field: 'value' }, { field: 'low' }, { field: 'high' }] } },
      { mark: { type: 'rule', strokeDash: [4, 4], opacity: 0.5 }, encoding: { x: { datum: 0 } } },
    ],
  };
}

function WeightChart({ weights }: { weights: Coefficient[] }) {
  const rows = { weights: weights as unknown as Record<string, unknown>[] };
  return <Drawing label="Weights with their intervals" make={() => ({ spec: specOf(weights), rows })} of={[weights]} />;
}
