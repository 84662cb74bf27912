// What a table's expectations did to its rows, for the run's bar and for the table's node.
import type { Activity } from '../api';
import * as format from '../format';

const DONE: Record<string, string> = { warn: 'warned of', drop: 'dropped', quarantine: 'quarantined', fail: 'failed' };

/** What a table's expectations did, in words; those that every row met say nothing. */
export const failedExpectations = (activity: Activity): string[] =>
  (activity.expectations ?? [])
    .filter((e) => e.failed > 0)
    .map((e) => `${e.name}: ${DONE[e.action] ?? e.action} ${format.group(e.failed)}`);
