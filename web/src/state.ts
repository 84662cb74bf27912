// What the user has chosen. The part worth sharing (selected node, filter) lives in the address.
import { effect, signal } from '@preact/signals';

const query = new URLSearchParams(location.search);
export const selected = signal<string | null>(query.get('node'));
export const wrongOnly = signal(query.get('wrong') === '1');
export const hovered = signal<string | null>(null);
export const selectedRun = signal<string | null>(null); // null: the newest

/** The last failed action, in words; cleared by the next one or after a while. */
export const notice = signal('');
let clear = 0;

/** Runs an action of the user; a failure is shown, never swallowed. */
export async function act(action: () => Promise<void>): Promise<void> {
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
  effect(() => {
    const url = new URL(location.href);
    if (selected.value) url.searchParams.set('node', selected.value);
    else url.searchParams.delete('node');
    if (wrongOnly.value) url.searchParams.set('wrong', '1');
    else url.searchParams.delete('wrong');
    if (url.href !== location.href) window.history.replaceState(null, '', url);
  });
}
