// Ctrl+K: everything with a name, found by a few letters; Enter goes there.
import { signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { gradeNow, runPipeline, setFrozen } from '../api';
import { paletteShown } from '../keys';
import { overview } from '../live';
import { go, PAGES } from '../route';
import { act, selected, selectedRun } from '../state';
import { toggleTheme } from '../theme';

interface Command {
  name: string;
  kind: string;
  run: () => void;
}

const SHOWN = 12;
const words = signal('');
const at = signal(0);

function commands(): Command[] {
  const now = overview.value;
  const frozen = now?.clock.frozen ?? false;
  const pipelines = (now?.nodes ?? []).filter((n) => n.kind === 'hriste_pipeline').map((n) => n.id.slice(n.id.lastIndexOf('.') + 1));
  return [
    ...PAGES.map((p) => ({ name: p.title, kind: 'page', run: () => go(p.id) })),
    ...(now?.nodes ?? []).map((n) => ({ name: n.label, kind: 'node', run: () => showNode(n.id) })),
    ...pipelines.map((name) => ({ name: `Run ${name}`, kind: 'action', run: () => void act(() => runPipeline(name)) })),
    { name: 'Grade now', kind: 'action', run: () => (go('grade'), void act(gradeNow)) },
    { name: frozen ? 'Let the clock run' : 'Freeze the clock', kind: 'action', run: () => void act(() => setFrozen(!frozen)) },
    { name: 'Change the theme', kind: 'action', run: toggleTheme },
    ...(now?.runs ?? []).map((r) => ({ name: `${r.pipeline} ${r.id}`, kind: 'run', run: () => ((selectedRun.value = r.id), go('runs')) })),
  ];
}

function showNode(id: string): void {
  selected.value = id;
  go('map');
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`.node[data-id="${CSS.escape(id)}"]`)?.focus());
}

/** All words must be in it; names that begin with the first come first. */
function matching(): Command[] {
  const asked = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = commands().filter((c) => asked.every((w) => `${c.name} ${c.kind}`.toLowerCase().includes(w)));
  const first = asked[0] ?? '';
  const rank = (c: Command) => (c.name.toLowerCase().startsWith(first) ? 0 : 1);
  return found.sort((a, b) => rank(a) - rank(b)).slice(0, SHOWN);
}

export function Palette() {
  const dialog = useRef<HTMLDialogElement>(null);
  // Before the next key is heard: who types on without waiting types into the field.
  useLayoutEffect(() => {
    words.value = '';
    at.value = 0;
    dialog.current?.showModal();
  }, []);
  const found = matching();
  const chosen = Math.min(at.value, found.length - 1);
  const take = (command: Command | undefined) => {
    if (!command) return;
    dialog.current?.close(); // gives the focus back before the command moves it
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step) at.value = (chosen + step + found.length) % Math.max(1, found.length);
    else if (event.key === 'Enter') take(found[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <dialog ref={dialog} class="panel help palette" aria-label="Go to" onClose={() => (paletteShown.value = false)}>
      <input
        type="text"
        role="combobox"
        aria-label="Page, node, run or action"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={chosen >= 0 ? `palette-${chosen}` : undefined}
        placeholder="page, node, run or action"
        value={words.value}
        onInput={(event) => {
          words.value = event.currentTarget.value;
          at.value = 0;
        }}
        onKeyDown={onKeyDown}
      />
      <ul id="palette-list" role="listbox" aria-label="Found">
        {found.map((c, i) => (
          <li key={c.kind + c.name} id={`palette-${i}`} role="option" aria-selected={i === chosen} onClick={() => take(c)}>
            {c.name} <span class="muted">{c.kind}</span>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p class="empty">Nothing has this name.</p>}
    </dialog>
  );
}
