// Name, sections, clock, connection, theme.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { setFrozen, setSpeed } from '../api';
import * as format from '../format';
import { connection, part, type Connection } from '../live';
import { act } from '../state';
import { theme, toggleTheme } from '../theme';
import { HalfMoon, Pause, Play } from './icons';

const SECTIONS = [
  ['map', 'Map'],
  ['grade', 'Grade'],
  ['alerts', 'Alerts'],
  ['runs', 'Runs'],
] as const;
const SPEEDS = [0.1, 1, 10, 60, 600, 3600, 10_000];

const clock = part('clock');
const playground = part('playground');
const version = part('version');
const here = signal('map');

/** Marks the section that the reader is in: the last one whose top has passed the header. */
function useSectionInView(): void {
  useEffect(() => {
    const look = () => {
      const passed = SECTIONS.filter(([id]) => {
        const section = document.getElementById(id);
        return section && section.getBoundingClientRect().top < 120;
      });
      const atEnd = scrollY > 0 && innerHeight + scrollY >= document.body.scrollHeight - 2;
      here.value = atEnd ? 'runs' : (passed.at(-1)?.[0] ?? 'map');
    };
    addEventListener('scroll', look, { passive: true });
    return () => removeEventListener('scroll', look);
  }, []);
}

export function Header() {
  useSectionInView();
  return (
    <header>
      <a class="brand" href="#map" title={`playground ${playground.value ?? ''}, version ${version.value ?? ''}`}>
        hriste
      </a>
      <nav aria-label="Sections">
        {SECTIONS.map(([id, name]) => (
          <a key={id} href={`#${id}`} aria-current={here.value === id ? 'true' : undefined}>
            {name}
          </a>
        ))}
      </nav>
      <div class="tools">
        <Clock />
        <Pill />
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

function Clock() {
  const now = clock.value;
  if (!now) return null;
  const speeds = SPEEDS.includes(now.speed) ? SPEEDS : [...SPEEDS, now.speed].sort((a, b) => a - b);
  const action = now.frozen ? 'Let the clock run' : 'Freeze the clock';
  return (
    <div class="clock" role="group" aria-label="Playground clock">
      <time dateTime={now.now} title="playground time, UTC">
        {format.instant(now.now)}
      </time>
      {(now.held || now.frozen) && (
        <span class="held" title={now.held ? 'The clock stands at the epoch until the first back-fill is in' : undefined}>
          {now.held ? 'held' : 'frozen'}
        </span>
      )}
      <select
        aria-label="Clock speed"
        value={String(now.speed)}
        onChange={(event) => act(() => setSpeed(Number(event.currentTarget.value)))}
      >
        {speeds.map((speed) => (
          <option key={speed} value={String(speed)}>
            {format.speed(speed)}
          </option>
        ))}
      </select>
      <button class="icon" aria-label={action} title={action} onClick={() => act(() => setFrozen(!now.frozen))}>
        {now.frozen ? <Play /> : <Pause />}
      </button>
    </div>
  );
}

const LOOK: Record<Connection, { tone: string; glyph: string }> = {
  connecting: { tone: 'warn', glyph: '○' },
  live: { tone: 'ok', glyph: '●' },
  reconnecting: { tone: 'warn', glyph: '▲' },
  offline: { tone: 'fail', glyph: '✕' },
  'logged out': { tone: 'fail', glyph: '✕' },
};

function Pill() {
  const { tone, glyph } = LOOK[connection.value];
  return (
    <span class={`pill ${tone}`} role="status">
      <span aria-hidden="true">{glyph}</span> {connection.value}
    </span>
  );
}
