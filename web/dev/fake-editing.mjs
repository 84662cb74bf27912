// What the stand-in says to the editor: a text with "nothing" in it is wrong there; a save is taken.

/** As the daemon checks a text: its first line with the word. */
export function check({ file, text }) {
  const line = text.split('\n').findIndex((l) => l.includes('nothing'));
  if (line < 0) return { error: null };
  const excerpt = text.split('\n')[line];
  const mark = excerpt.indexOf('nothing');
  const card = { file, line: line + 1, column: mark + 1, excerpt, mark, problem: 'there is no column "nothing"', expected: 'id, name, phone_number', hint: 'correct the name' };
  return { error: { code: 'invalid_argument', message: `${file}: line ${line + 1}, column ${mark + 1}: ${card.problem}`, card } };
}

const COLUMNS = [{ name: 'id', type: 'BIGINT' }, { name: 'user_name', type: 'VARCHAR' }, { name: 'orders', type: 'BIGINT' }];

export const preview = ({ file }) => ({
  kind: 'table',
  seconds: 0.42,
  parts: [{
    name: file.replace('_', '.').replace('.sql', ''),
    columns: COLUMNS,
    rows: Array.from({ length: 20 }, (_, i) => [i + 1, `user ${i + 1}`, (i * 7) % 11]),
    truncated: true,
    row_count: 1200,
    quarantined: 3,
    expectations: [{ name: 'has_name', action: 'warn', failed: 0 }, { name: 'orders_counted', action: 'quarantine', failed: 3 }],
    problem: '',
    difference: { added: 12, removed: 3, changed: 40, columns: ['+orders BIGINT'] },
  }],
});

/** A `hriste watch` that writes at once. */
export class Watch {
  running = false;
  told = { state: 'waiting', applies: 0, said: '', succeeded: true };

  state() {
    return { running: this.running, watch: this.told };
  }

  /** The node's text becomes the draft's. */
  save({ node, before, text }, texts) {
    if (texts[node] !== undefined && texts[node] !== before) return { message: `${node} was applied anew since this draft was begun` };
    texts[node] = text;
    this.told = { ...this.told, applies: this.told.applies + 1, said: 'applied in 1.4 s; 17 of 18 checks are right, 1 changed by you' };
    return { file: `sql/${node.replace('.', '_')}.sql`, added: 1, removed: 1 };
  }
}
