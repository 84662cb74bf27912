// An error, wherever it is met: the same parts in the same order as in the terminal.
import type { Card, Failed } from '../api';

/** `lead`: what it is about, where that isn't plain. */
export function Problem({ of, lead, alert }: { of: Failed; lead?: string; alert?: boolean }) {
  const { card } = of;
  const role = alert ? 'alert' : undefined;
  if (!card?.problem) {
    return (
      <p class="failure" role={role}>
        {lead && <strong>{lead} </strong>}
        {of.message}
      </p>
    );
  }
  const place = placeOf(card);
  return (
    <div class="failure problem" role={role}>
      <p>
        {lead && <strong>{lead} </strong>}
        {place && <span class="place">{place}: </span>}
        {card.problem}
      </p>
      {card.excerpt !== undefined && card.line && (
        <pre tabIndex={0} role="region" aria-label={`Line ${card.line}`}>
          <span class="line">{card.line}</span> {before(card.excerpt, card.mark)}
          {(card.mark ?? -1) >= 0 && <mark>{marked(card.excerpt, card.mark!)}</mark>}
          {after(card.excerpt, card.mark)}
        </pre>
      )}
      {card.expected && <p>expected: {card.expected}</p>}
      {card.nearest && (
        <p>
          did you mean <code>{card.nearest}</code>?
        </p>
      )}
      {card.hint && <p>{card.hint}</p>}
    </div>
  );
}

/** As the terminal writes it: users.sql:3:8; without a file, in words. */
function placeOf({ file, line, column }: Card): string {
  if (!line) return file ?? '';
  if (file) return [file, line, column].filter(Boolean).join(':');
  return column ? `line ${line}, column ${column}` : `line ${line}`;
}

const letters = (text: string) => [...text];
const before = (text: string, mark = -1) => (mark < 0 ? text : letters(text).slice(0, mark).join(''));

/** The word at the place, or the letter there. */
function marked(text: string, mark: number): string {
  const rest = letters(text).slice(mark).join('');
  return /^[\p{L}\p{N}_.]+/u.exec(rest)?.[0] ?? (letters(rest)[0] || ' ');
}
const after = (text: string, mark = -1) =>
  mark < 0 ? '' : letters(text).slice(mark + letters(marked(text, mark)).length).join('');
