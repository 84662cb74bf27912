// Name, pages, clock, connection, theme.
import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { jumpTo, setFrozen, setSpeed } from '../api';
import * as format from '../format';
import { helpShown } from '../keys';
import { connection, isStill, part, type Connection } from '../live';
import { hrefOf, page, PAGES } from '../route';
import { act } from '../state';
import { theme, toggleTheme } from '../theme';
import { HalfMoon, Pause, Play } from './icons';

const SPEEDS = [0.1, 1, 10, 60, 600, 3600, 10_000];
const STEPS: [label: string, minutes: number][] = [['+1 min', 1], ['+5 min', 5], ['+1 h', 60], ['+1 day', 1440]];

const clock = part('clock');
const playground = part('playground');
const version = part('version');

export function Header() {
  return (
    <header>
      <a class="brand" href={hrefOf('map')} title={`playground ${playground.value ?? ''}, version ${version.value ?? ''}`}>
        hriste
      </a>
      <Pages />
      <div class="tools">
        <Clock />
        <Pill />
        <button class="icon" onClick={() => (helpShown.value = true)} aria-label="Keys" title="Keys (?)">
          ?
        </button>
        <button
          class="icon"
          onClick={toggleTheme}
          aria-label={theme.value === 'dark' ? 'Light theme' : 'Dark theme'}
          title={theme.value === 'dark' ? 'Light theme' : 'Dark theme'}
        >
          <HalfMoon />
        </button>
      </div>
    </header>
  );
}

/** On narrow screens a strip that scrolls; the page shown is always in it. */
function Pages() {
  const strip = useRef<HTMLElement>(null);
  useEffect(() => {
    strip.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [page.value]);
  return (
    <nav aria-label="Pages" ref={strip}>
      {PAGES.map(({ id, title }) => (
        <a key={id} href={hrefOf(id)} aria-current={page.value === id ? 'page' : undefined}>
          {title}
        </a>
      ))}
    </nav>
  );
}

function Clock() {
  const now = clock.value;
  if (!now) return null;
  const speeds = SPEEDS.includes(now.speed) ? SPEEDS : [...SPEEDS, now.speed].sort((a, b) => a - b);
  const action = now.frozen ? 'Let the clock run' : 'Freeze the clock';
  return (
    <div class={`clock${isStill.value ? ' still' : ''}`} role="group" aria-label="Playground clock">
      <span class="label" title="The playground's own clock, in UTC; it runs as fast as you like">
        playground
      </span>
      <time dateTime={now.now} title="playground time, UTC">
        <span class="day">{format.instant(now.now).slice(0, 11)}</span>
        {format.instant(now.now).slice(11)}
      </time>
      {(now.held || now.frozen) && (
        <span class="held" title={now.held ? 'The clock stands at the epoch until the first back-fill is in' : undefined}>
          {now.held ? 'held' : 'frozen'}
        </span>
      )}
      <select
        aria-label="Clock speed"
        disabled={isStill.value}
        value={String(now.speed)}
        onChange={(event) => act(() => setSpeed(Number(event.currentTarget.value)))}
      >
        {speeds.map((speed) => (
          <option key={speed} value={String(speed)}>
            {format.speed(speed)}
          </option>
        ))}
      </select>
      <button class="icon" aria-label={action} title={action} disabled={isStill.value} onClick={() => act(() => setFrozen(!now.frozen))}>
        {now.frozen ? <Play /> : <Pause />}
      </button>
      {!now.held && !isStill.value && <Jump now={now.now} />}
    </div>
  );
}

const jumpOpen = signal(false);

/** Forward only: what has happened can't be taken back. */
function Jump({ now }: { now: string }) {
  const jump = (to: string) => act(() => jumpTo(to)).then(() => (jumpOpen.value = false));
  const later = (minutes: number) => new Date(Date.parse(now) + minutes * 60_000).toISOString();
  return (
    <details
      class="jump"
      open={jumpOpen.value}
      onKeyDown={(event) => event.key === 'Escape' && (jumpOpen.value = false)}
    >
      <summary
        onClick={(event) => {
          // By hand: the browser tells late that it has opened, and a tick of the clock would close it.
          event.preventDefault();
          jumpOpen.value = !jumpOpen.value;
        }}
      >
        Jump
      </summary>
      <div class="panel menu">
        <p>
          The clock goes forward; all traffic of the time between arrives at once, and windows, jobs and capture catch
          up with it.
        </p>
        <div class="steps">
          {STEPS.map(([label, minutes]) => (
            <button key={label} onClick={() => jump(later(minutes))}>
              {label}
            </button>
          ))}
        </div>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            const text = new FormData(event.currentTarget).get('to') as string;
            if (text) void jump(`${text.length === 16 ? `${text}:00` : text}Z`);
          }}
        >
          <label>
            to (UTC) <input type="datetime-local" name="to" step="1" min={now.slice(0, 19)} defaultValue={now.slice(0, 19)} />
          </label>
          <button class="primary">Jump</button>
        </form>
      </div>
    </details>
  );
}

const LOOK: Record<Connection, { tone: string; glyph: string }> = {
  connecting: { tone: 'warn', glyph: '○' },
  live: { tone: 'ok', glyph: '●' },
  reconnecting: { tone: 'warn', glyph: '▲' },
  offline: { tone: 'fail', glyph: '✕' },
  stopped: { tone: 'fail', glyph: '■' },
  'logged out': { tone: 'fail', glyph: '✕' },
};

function Pill() {
  const { tone, glyph } = LOOK[connection.value];
  return (
    <span class={`pill ${tone}`} role="status">
      <span aria-hidden="true">{glyph}</span> <span class="word">{connection.value}</span>
    </span>
  );
}
