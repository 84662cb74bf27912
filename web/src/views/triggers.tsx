// What starts pipelines by itself: when next, what is due, and a switch to pause it.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { pauseTrigger, triggerWindows, type Calendar, type Trigger } from '../api';
import * as format from '../format';
import { part } from '../live';
import { act } from '../state';
import { Glyph, stateHealth } from './icons';

const triggers = part('triggers');
const calendars = signal<Record<string, Calendar>>({}); // of those that are open

export function Triggers() {
  const all = triggers.value ?? [];
  if (all.length === 0) return null;
  return (
    <ul class="triggers" aria-label="Triggers">
      {all.map((trigger) => (
        <Line key={trigger.name} trigger={trigger} />
      ))}
    </ul>
  );
}

function Line({ trigger }: { trigger: Trigger }) {
  return (
    <li>
      <Glyph health={trigger.paused ? 'idle' : trigger.last ? stateHealth(trigger.last.state) : 'idle'} />
      <span class="name">{trigger.name}</span>
      <span class="muted">
        {trigger.on} → {trigger.pipeline} · {standing(trigger)}
      </span>
      <button
        aria-label={`${trigger.paused ? 'Resume' : 'Pause'} ${trigger.name}`}
        onClick={() => act(() => pauseTrigger(trigger.name, !trigger.paused))}
      >
        {trigger.paused ? 'Resume' : 'Pause'}
      </button>
      {trigger.last?.error && <p class="error">{trigger.last.error}</p>}
      {trigger.on === 'interval' && <Windows trigger={trigger} />}
    </li>
  );
}

function standing(trigger: Trigger): string {
  if (trigger.paused) return 'paused';
  if (trigger.running > 0) return trigger.waiting > 0 ? `running, ${format.group(trigger.waiting)} due` : 'running';
  if (trigger.waiting > 0) return `${format.group(trigger.waiting)} due`;
  return trigger.next ? `next ${format.instant(trigger.next)}` : 'waits';
}

const load = (name: string) =>
  act(async () => {
    calendars.value = { ...calendars.value, [name]: await triggerWindows(name) };
  });

/** A square for each day on which windows begin: empty is none done, full is all of them. */
function Windows({ trigger }: { trigger: Trigger }) {
  const { name, waiting, running } = trigger;
  const calendar = calendars.value[name];
  useEffect(() => void (calendars.peek()[name] && load(name)), [waiting, running]);
  const toggle = (open: boolean) => {
    if (open) return load(name);
    const { [name]: _, ...others } = calendars.value;
    calendars.value = others;
  };
  return (
    <details onToggle={(event) => toggle(event.currentTarget.open)}>
      <summary>windows</summary>
      {calendar && (
        <>
          <p class="muted">
            {format.group(calendar.done)} of {format.group(calendar.total)} done
            {calendar.failed > 0 && `, ${format.group(calendar.failed)} failed`}
            {calendar.days.length > 0 && ` · ${calendar.days[0].day} to ${calendar.days[calendar.days.length - 1].day}`}
          </p>
          <ol class="calendar scroll" tabIndex={0} aria-label={`Windows of ${name} by day`}>
            {calendar.days.map((day) => (
              <li
                key={day.day}
                class={day.failed > 0 ? 'fail' : 'ok'}
                style={{ '--done': day.done / day.total }}
                title={`${day.day}: ${day.done} of ${day.total} done${day.failed > 0 ? `, ${day.failed} failed` : ''}`}
              >
                <span class="vh">
                  {day.day}: {day.done} of {day.total}
                </span>
              </li>
            ))}
          </ol>
        </>
      )}
    </details>
  );
}
