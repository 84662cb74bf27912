// Which page is shown. The page is the address's hash, its state the address's query, so that a link
// brings somebody else to the same view.
import { effect, signal } from '@preact/signals';

export interface PageName {
  id: string;
  title: string;
  key: string; // behind "g"
}

export const PAGES: readonly PageName[] = [
  { id: 'map', title: 'Map', key: 'm' },
  { id: 'streams', title: 'Streams', key: 's' },
  { id: 'sql', title: 'SQL', key: 'q' },
  { id: 'dashboards', title: 'Dashboards', key: 'd' },
  { id: 'notebooks', title: 'Notebooks', key: 'n' },
  { id: 'runs', title: 'Runs', key: 'r' },
  { id: 'grade', title: 'Grade', key: 'g' },
  { id: 'alerts', title: 'Alerts', key: 'a' },
  { id: 'ml', title: 'ML', key: 'l' },
];

/** With a slash, which tells assistive technology that it is a page and no place on this one. */
export const hrefOf = (id: string): string => `#/${id}`;

const parts = (): string[] => location.hash.replace(/^#\/?/, '').split('/');

const fromAddress = (): string => {
  const [id] = parts();
  return PAGES.find((p) => p.id === id)?.id ?? 'map';
};

export const page = signal(fromAddress());

/** The node of the map whose text is edited in place of the page: "#/map/edit/gold.sales". */
export const editing = signal<{ id: string; line?: number | undefined } | null>(editOfAddress());

function editOfAddress(): { id: string } | null {
  const [, what, id] = parts();
  return what === 'edit' && id ? { id } : null; // of letters, digits, '_', '-' and '.'
}

/** `line`, from 1: where to begin. */
export function edit(id: string, line?: number): void {
  window.history.pushState(null, '', `#/${page.value}/edit/${id}`);
  editing.value = { id, line };
  scrollTo(0, 0);
}

/** Shows a page; `state` becomes part of the address (null removes a name). */
export function go(id: string, state: Record<string, string | null> = {}): void {
  const url = withState(state);
  url.hash = id;
  if (url.href !== location.href) window.history.pushState(null, '', url);
  page.value = id;
  editing.value = null;
}

/** Keeps what a page shows in the address, without a step in the browser's history. */
export function keep(state: Record<string, string | null>): void {
  const url = withState(state);
  if (url.href !== location.href) window.history.replaceState(null, '', url);
}

export const kept = (name: string): string | null => new URLSearchParams(location.search).get(name);

function withState(state: Record<string, string | null>): URL {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(state)) {
    if (value === null || value === '') url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return url;
}

export function startRoute(): void {
  const show = () => {
    page.value = fromAddress();
    editing.value = editOfAddress();
  };
  addEventListener('hashchange', show);
  addEventListener('popstate', show);
  let first = true;
  effect(() => {
    document.title = `${PAGES.find((p) => p.id === page.value)!.title} · hriste`;
    // A new page begins at its top, for eyes and for screen readers.
    if (!first) {
      scrollTo(0, 0);
      document.getElementById('main')?.focus();
    }
    first = false;
  });
}
