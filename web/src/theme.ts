// Light or dark. Follows the system until the user chooses; the choice stays in this browser.
import { signal } from '@preact/signals';

export type Theme = 'light' | 'dark';
const KEY = 'hriste-theme';
const system = matchMedia('(prefers-color-scheme: dark)');

function chosen(): Theme | null {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : null;
  } catch {
    return null; // storage may be forbidden
  }
}

const current = (): Theme => chosen() ?? (system.matches ? 'dark' : 'light');
export const theme = signal<Theme>(current());

function show(): void {
  theme.value = current();
  document.documentElement.dataset.theme = theme.value;
}

export function toggleTheme(): void {
  const next: Theme = theme.value === 'dark' ? 'light' : 'dark';
  try {
    localStorage.setItem(KEY, next);
  } catch {
    /* the choice then lasts for this page only */
  }
  theme.value = next;
  document.documentElement.dataset.theme = next;
}

export function startTheme(): void {
  show();
  system.addEventListener('change', show);
}
