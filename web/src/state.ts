// What the user has chosen. The part worth sharing (selected node, filter, run) lives in the address.
import { effect, signal } from '@preact/signals';
import { keep, kept } from './route';

export const selected = signal<string | null>(kept('node'));
export const wrongOnly = signal(kept('wrong') === '1');
export const hovered = signal<string | null>(null);
export const gradedRun = signal<string | null>(kept('graded')); // whose grade is shown; null: the newest
export const selectedRun = signal<string | null>(kept('run')); // null: the newest

/** The last failed action, in words; cleared by the next one or after a while. */
export const notice = signal('');
let clear = 0;

/** Runs an action of the user; a failure is shown, never swallowed. */
export async function act(action: () => Promise<unknown>): Promise<void> {
  clearTimeout(clear);
  try {
    await action();
    notice.value = '';
  } catch (error) {
    notice.value = error instanceof TypeError ? 'The daemon does not answer.' : (error as Error).message;
    clear = window.setTimeout(() => (notice.value = ''), 10_000);
  }
}

export function startAddress(): void {
  effect(() => keep({ node: selected.value, wrong: wrongOnly.value ? '1' : null, run: selectedRun.value, graded: gradedRun.value }));
}
