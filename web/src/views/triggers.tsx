// What starts pipelines by itself: when next, what is due, and a switch to pause it.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { pauseTrigger, runWindow, triggerWindows, type Calendar, type Trigger } from '../api';
import * as format from '../format';
import { part } from '../live';
import { act } from '../state';
import { Glyph, stateHealth } from './icons';
import { Problem } from './problem';

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
      {trigger.last?.error && <Problem of={{ message: trigger.last.error }} />}
      {trigger.on === 'interval' && <Windows trigger={trigger} />}
    </li>
  );
}

function standing(trigger: Trigger): string {
  if (trigger.paused) return trigger.paused_by === 'hand' ? 'paused by hand' : 'paused by its definition';
  if (trigger.running > 0) return trigger.waiting > 0 ? `running, ${format.group(trigger.waiting)} due` : 'running';
  if (trigger.waiting > 0) return `${format.group(trigger.waiting)} due`;
  return trigger.next ? `next ${format.playground(trigger.next)}` : 'waits';
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
          <ol class="months scroll" tabIndex={0} aria-label={`Windows of ${name} by day`}>
            {months(calendar).map(([month, days]) => (
              <li key={month}>
                <span class="month">{monthName(month)}</span>
                <ol class="calendar">
                  {days.map((day) => (
                    <DaySquare key={day.day} day={day} />
                  ))}
                </ol>
              </li>
            ))}
          </ol>
          <FailedWindows name={name} starts={calendar.failed_windows ?? []} />
        </>
      )}
    </details>
  );
}

type Day = Calendar['days'][number];

function DaySquare({ day }: { day: Day }) {
  const failed = day.failed > 0 ? `, ${day.failed} failed` : '';
  return (
    <li
      class={day.failed > 0 ? 'fail' : 'ok'}
      style={{ '--done': day.done / day.total }}
      title={`${day.day}: ${day.done} of ${day.total} done${failed}`}
    >
      <span class="vh">
        {day.day}: {day.done} of {day.total}
        {failed}
      </span>
    </li>
  );
}

/** The days by month, "2026-06". */
function months(calendar: Calendar): [string, Day[]][] {
  const all = new Map<string, Day[]>();
  for (const day of calendar.days) {
    const month = day.day.slice(0, 7);
    if (!all.has(month)) all.set(month, []);
    all.get(month)!.push(day);
  }
  return [...all];
}

function monthName(month: string): string {
  return new Date(`${month}-01T00:00:00Z`).toLocaleDateString('en', { month: 'long', year: 'numeric', timeZone: 'UTC' });
}

const SHOWN_FAILURES = 20;

/** Each can be run again alone. */
function FailedWindows({ name, starts }: { name: string; starts: string[] }) {
  if (starts.length === 0) return null;
  const again = (start: string) =>
    act(async () => {
      await runWindow(name, start);
      await load(name);
    });
  return (
    <ul class="failed-windows" aria-label={`Failed windows of ${name}`}>
      {starts.slice(0, SHOWN_FAILURES).map((start) => (
        <li key={start}>
          <span>{format.instant(start)}</span>
          <button aria-label={`Run the window of ${format.instant(start)} again`} onClick={() => again(start)}>
            Run again
          </button>
        </li>
      ))}
      {starts.length > SHOWN_FAILURES && <li class="muted">and {format.group(starts.length - SHOWN_FAILURES)} more</li>}
    </ul>
  );
}
