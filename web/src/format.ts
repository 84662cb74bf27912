// Numbers and times as the page shows them: 24-hour clock, ISO dates, thin spaces between thousands.

const THIN = '\u202f';

export function group(value: number): string {
  return groupDigits(String(value));
}

export const fixed = (value: number, digits: number): string => groupDigits(value.toFixed(digits));

/** Works on the text, so that no digit of a large figure is lost. */
function groupDigits(text: string): string {
  const [whole, part] = text.replace('-', '−').split('.');
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, THIN);
  return part ? `${grouped}.${part}` : grouped;
}

/** 12, 1.1k, 2.9M: three figures at most. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size < 10) return String(Math.round(value * 10) / 10);
  if (size < 1000) return String(Math.round(value));
  for (const [unit, letter] of [[1e9, 'G'], [1e6, 'M'], [1e3, 'k']] as const) {
    if (size >= unit * 0.9995) {
      const scaled = value / unit;
      return (Math.abs(scaled) < 9.95 ? scaled.toFixed(1).replace(/\.0$/, '') : Math.round(scaled)) + letter;
    }
  }
  return String(Math.round(value));
}

export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  for (const [unit, name] of [[1e9, 'GB'], [1e6, 'MB'], [1e3, 'kB']] as const) {
    if (value >= unit * 0.9995) return `${(value / unit).toFixed(value < 9.95 * unit ? 1 : 0)} ${name}`;
  }
  return `${value} B`;
}

export function lag(ms: number, tight = false): string {
  if (tight && ms >= 1000 && ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 10_000) return `${Math.round(ms)} ms`;
  if (ms < 600_000) return `${Math.round(ms / 1000)} s`;
  return `${Math.round(ms / 60_000)} min`;
}

export function seconds(value: number): string {
  if (value < 1) return `${Math.round(value * 1000)} ms`;
  if (value < 100) return `${value.toFixed(1)} s`;
  return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
}

/** Digits that the daemon sends as text: grouped when they are a plain number, untouched otherwise. */
export function groupText(text: string): string {
  return /^-?\d{4,24}(\.\d+)?$/.test(text) ? groupDigits(text) : text;
}

/** Every figure of five digits or more within a text; what follows the word "hash" is a name, not a figure. */
export function groupWithin(text: string): string {
  return text.replace(/(?<!hash )(?<![\w.-])\d{5,24}(?![\w])/g, groupDigits);
}

/** "2026-06-01T00:00:12.345Z" → "2026-06-01 00:00:12"; what isn't an instant stays as it is. */
export function instant(iso: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(iso) ? iso.slice(0, 19).replace('T', ' ') : iso;
}

/** Of two long texts the parts that differ, with a little of what is equal around them; of equal ones the beginning. */
export function differing(a: string, b: string, room: number): [string, string] {
  if (Math.max(a.length, b.length) <= room) return [a, b];
  if (a === b) {
    const begin = `${a.slice(0, room - 1)}…`;
    return [begin, begin];
  }
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const around = 6;
  const part = (text: string): string => {
    const from = Math.max(0, start - around);
    const whole = text.slice(from, text.length - Math.max(0, end - around));
    const shown = whole.slice(0, room);
    const cut = whole.length > room || end > around;
    return `${from > 0 ? '…' : ''}${shown}${cut ? '…' : ''}`;
  };
  return [part(a), part(b)];
}

/** How many rows an answer has, and whether that is all of them. */
export function rowsOf({ rows, truncated }: { rows: unknown[]; truncated: boolean }): string {
  if (truncated) return `truncated: the first ${group(rows.length)} rows, there are more`;
  return rows.length === 1 ? '1 row' : `${group(rows.length)} rows`;
}

export function speed(value: number): string {
  return `${group(value)}×`;
}
