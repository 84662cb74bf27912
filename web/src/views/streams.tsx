// The tail of an event hub: newest on top, with a filter and a pause.
import { computed, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { failedOf, hubRecords, type Failed, type HubRecord } from '../api';
import { eventsIn } from '../events';
import * as format from '../format';
import { overview } from '../live';
import { keep, kept } from '../route';
import { Problem } from './problem';

const KEPT = 1000; // records on the page
const FIRST = 100;
const STEP = 500; // records a fetch and partition
const EVERY_MS = 500;
const KIND = 'hriste_event_hub.';

const hubs = computed(
  () => (overview.value?.nodes ?? []).filter((n) => n.id.startsWith(KIND)).map((n) => n.id.slice(KIND.length)),
);
const chosen = signal(kept('hub'));
const hub = computed(() => (hubs.value.includes(chosen.value ?? '') ? chosen.value! : (hubs.value[0] ?? null)));
const filter = signal(kept('filter') ?? '');
const paused = signal(false);
const records = signal<HubRecord[]>([]);
const problem = signal<Failed | null>(null);

const shown = computed(() => {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  return records.value.filter((r) => {
    const text = `${r.key} ${r.value}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
});

/** Follows one hub until `signal` is aborted. */
async function follow(name: string, signal: AbortSignal): Promise<void> {
  let offsets: number[] | null = null;
  records.value = [];
  while (!signal.aborted) {
    if (!paused.value && document.visibilityState === 'visible') {
      try {
        const got = await hubRecords(name, offsets, offsets ? STEP : FIRST, signal);
        offsets = got.next;
        if (got.records.length > 0) records.value = [...got.records.reverse(), ...records.value].slice(0, KEPT);
        problem.value = null;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof TypeError)) offsets = null; // refused: those of a hub that was replaced
        problem.value = failedOf(error);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

export function Streams() {
  const name = hub.value;
  useEffect(() => {
    if (!name) return;
    const own = new AbortController();
    void follow(name, own.signal);
    return () => own.abort();
  }, [name]);
  return (
    <section class="panel block tail" aria-labelledby="streams-title">
      <div class="block-head">
        <h1 id="streams-title">Streams</h1>
        {name && <Controls name={name} />}
      </div>
      {problem.value && <Problem of={problem.value} />}
      {name === null ? (
        <p class="empty">
          No event hub yet. A <code>hriste_event_hub</code> makes one; <code>script/up</code> has two.
        </p>
      ) : (
        <Tail />
      )}
    </section>
  );
}

function Controls({ name }: { name: string }) {
  const rate = overview.value?.nodes.find((n) => n.id === KIND + name)?.rate ?? 0;
  return (
    <>
      <select
        aria-label="Event hub"
        value={name}
        onChange={(event) => {
          chosen.value = event.currentTarget.value;
          keep({ hub: chosen.value });
        }}
      >
        {hubs.value.map((id) => (
          <option key={id} value={id}>
            {id}
          </option>
        ))}
      </select>
      <input
        type="search"
        placeholder="filter: words in key or value"
        aria-label="Filter"
        value={filter.value}
        onInput={(event) => {
          filter.value = event.currentTarget.value;
          keep({ filter: filter.value });
        }}
      />
      <button aria-pressed={paused.value} onClick={() => (paused.value = !paused.value)}>
        {paused.value ? 'Go on' : 'Pause'}
      </button>
      <span class="muted">
        {format.short(rate)}/s · {shown.value.length} of the newest {records.value.length}
      </span>
    </>
  );
}

function Tail() {
  if (shown.value.length === 0) return <p class="empty">{records.value.length ? 'No event matches.' : 'No event yet.'}</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Newest events">
      <table>
        <thead>
          <tr>
            <th scope="col" title="playground time, UTC">Arrival (playground time)</th>
            <th scope="col">Key</th>
            <th scope="col" class="layer">
              Partition · offset
            </th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          {shown.value.map((r) => (
            <Line key={`${r.partition}:${r.offset}`} record={r} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Line({ record }: { record: HubRecord }) {
  const count = eventsIn(record.value);
  return (
    <tr class={count === null ? 'wrong' : ''}>
      <td class="time">{format.instant(record.arrival)}</td>
      <td class="mono">
        <button class="link" title={`only key ${record.key}`} onClick={() => (filter.value = record.key)}>
          {record.key}
        </button>
      </td>
      <td class="layer muted">
        {record.partition} · {record.offset}
      </td>
      <td class="mono value">
        {/* What isn't JSON is shown as it came, with the reason. */}
        {count === null && <span class="fail">not JSON: </span>}
        {count !== null && count !== 1 && <span class="muted">{count} events: </span>}
        {record.value}
      </td>
    </tr>
  );
}
