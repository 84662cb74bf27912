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

const fromAddress = (): string => {
  const id = location.hash.replace(/^#\/?/, '');
  return PAGES.some((p) => p.id === id) ? id : 'map';
};

export const page = signal(fromAddress());

/** Shows a page; `state` becomes part of the address (null removes a name). */
export function go(id: string, state: Record<string, string | null> = {}): void {
  const url = withState(state);
  url.hash = id;
  if (url.href !== location.href) window.history.pushState(null, '', url);
  page.value = id;
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
  const show = () => (page.value = fromAddress());
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
