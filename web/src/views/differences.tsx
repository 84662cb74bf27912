// From a wrong check to its rows: what is missing, extra and different, and a query for them.
import { signal } from '@preact/signals';
import type { Check, Difference } from '../api';
import * as format from '../format';
import { go } from '../route';
import { ask } from './sql';

type Sort = 'missing' | 'extra' | 'different';

const NOTHING = 'nothing'; // the daemon's word for the side that has no such row

export function sortOf(d: Difference): Sort {
  if (d.column !== null) return 'different';
  return d.found === NOTHING ? 'missing' : 'extra';
}

/** `day "2026-05-01", id 7` as a condition; null when the text is none of ours. */
export function conditionOf(key: string): string | null {
  const part = /\s*(\w+) ("([^"]*)"|[^",]+)(,|$)/y;
  const conditions: string[] = [];
  while (part.lastIndex < key.length) {
    const found = part.exec(key);
    if (!found) return null;
    const [, name, bare, quoted] = found;
    const value = quoted ?? bare!.trim();
    const plain = quoted === undefined && /^-?\d+(\.\d+)?$/.test(value);
    conditions.push(value === 'null' ? `${name} IS NULL` : `${name} = ${plain ? value : `'${value.replaceAll("'", "''")}'`}`);
  }
  return conditions.join(' AND ');
}

/** The rows of a check as they are in the playground; null where no table has them. */
export function sqlOf(check: Check): string | null {
  const table = /^\w+$/.exec(check.check)?.[0];
  if (!table || !/^(silver|gold)$/.test(check.layer)) return null;
  const keys = [...new Set(check.differences!.map((d) => d.key))].map(conditionOf);
  if (keys.includes(null)) return null;
  return `SELECT *\nFROM ${check.layer}.${table}\nWHERE ${keys.map((k) => `(${k})`).join('\n   OR ')}`;
}

const copied = signal('');

export function Differences({ check }: { check: Check }) {
  const all = check.differences!;
  const count = (sort: Sort) => new Set(all.filter((d) => sortOf(d) === sort).map((d) => d.key)).size;
  const sql = sqlOf(check);
  const sampled = new Set(all.map((d) => d.key)).size;
  const more = (check.differing ?? sampled) > sampled;
  return (
    <details class="drill">
      <summary>
        {more ? `${format.group(check.differing!)} rows differ; a sample of ${sampled}` : 'rows'}: missing {count('missing')} · extra {count('extra')} · different {count('different')}
      </summary>
      {sql && (
        <div class="steps">
          <button
            onClick={() => {
              ask(sql);
              go('sql');
            }}
          >
            Open in SQL
          </button>
          <button onClick={() => void navigator.clipboard?.writeText(sql).then(() => (copied.value = sql))}>
            {copied.value === sql ? 'Copied' : 'Copy as SQL'}
          </button>
        </div>
      )}
      <table aria-label={`Rows of ${check.check} that differ`}>
        <thead>
          <tr>
            <th scope="col">Row</th>
            <th scope="col">Expected</th>
            <th scope="col">Found</th>
          </tr>
        </thead>
        <tbody>
          {all.map((d, i) => (
            <tr key={i}>
              <td>
                <strong>{sortOf(d)}</strong> {d.key} {d.column && <code>{d.column}</code>}
              </td>
              <td class="mono">{d.expected}</td>
              <td class="mono">{d.found}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
