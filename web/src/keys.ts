// Keys that work on every page: g and a letter goes to a page, Space freezes the clock, ? lists them.
import { signal } from '@preact/signals';
import { setFrozen } from './api';
import { overview } from './live';
import { go, PAGES } from './route';
import { act } from './state';

export const helpShown = signal(false);
export const paletteShown = signal(false);

const SEQUENCE_MS = 1500;
let leaderAt = -Infinity;

/** Where keys are text or have a meaning of their own, they are left alone. */
function isBusy(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return !!element?.closest?.('input, textarea, select, [contenteditable], .editor, dialog');
}

function onKey(event: KeyboardEvent): void {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
    if (!document.querySelector('dialog[open]')) paletteShown.value = true;
    event.preventDefault(); // also in the editor and in fields: the browser's own search bar stays shut
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey || isBusy(event.composedPath()[0] ?? event.target)) return;
  const second = performance.now() - leaderAt < SEQUENCE_MS;
  leaderAt = -Infinity;
  const page = second && PAGES.find((p) => p.key === event.key);
  if (page) go(page.id);
  else if (event.key === 'g') leaderAt = performance.now();
  else if (event.key === '?') helpShown.value = true;
  else if (event.key === '/') focusSearch();
  else if (event.key === ' ' && !(event.target as HTMLElement).closest('button, a, summary, .scroll, [role=grid]')) freeze();
  else return;
  event.preventDefault();
}

function focusSearch(): void {
  const field = document.querySelector<HTMLElement>('main [type=search]');
  if (field) field.focus();
  else paletteShown.value = true;
}

function freeze(): void {
  const clock = overview.value?.clock;
  if (clock) void act(() => setFrozen(!clock.frozen));
}

export function startKeys(): void {
  addEventListener('keydown', onKey);
}
