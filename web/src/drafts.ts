// What is being written and isn't applied yet: kept by this browser, for each node of a playground,
// so that it survives a reload. Nobody else has it until it is saved.
import type { MapNode } from './api';
import { overview } from './live';

export interface Draft {
  before: string; // the text that was applied when it was begun
  text: string;
}

const keyOf = (id: string) => `hriste.draft.${overview.value?.playground}.${id}`;

export function draftOf(id: string): Draft | null {
  try {
    const draft = JSON.parse(localStorage.getItem(keyOf(id)) ?? 'null') as Draft | null;
    return typeof draft?.before === 'string' && typeof draft.text === 'string' ? draft : null;
  } catch {
    return null;
  }
}

/** False: the browser has no room for it, and it goes with this page. */
export function keepDraft(id: string, draft: Draft): boolean {
  try {
    localStorage.setItem(keyOf(id), JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function dropDraft(id: string): void {
  try {
    localStorage.removeItem(keyOf(id));
  } catch {
    // A browser that keeps nothing has nothing to drop.
  }
}

/** Its file, or a name that says what it is: the daemon goes by the ending. */
export function fileOf({ id, kind, source }: MapNode): string {
  const name = id.replace(/^hriste_\w+\./, '').replace('.', '_');
  const python = source!.text.startsWith('# Databricks');
  const ending = { hriste_stream_job: '.asaql', hriste_dashboard: '.md' }[kind] ?? (python ? '.py' : '.sql');
  return source!.file?.endsWith(ending) ? source!.file : name + ending;
}
