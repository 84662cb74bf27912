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

/** 0.75 s, 42.5 s, 12 min 31 s, 3 h 5 min, 2 d 4 h; below ten of them 4.2 ms. As in the terminal. */
export function seconds(value: number): string {
  if (value < 0) return `−${seconds(-value)}`;
  if (value === 0) return '0 s';
  if (value < 0.00995) return `${Number((value * 1000).toPrecision(2))} ms`;
  if (value < 9.995) return `${value.toFixed(2)} s`;
  if (value < 59.95) return `${value.toFixed(1)} s`;
  const whole = Math.round(value);
  if (whole < 3600) return twoUnits(whole, 60, 'min', 's');
  const minutes = Math.round(whole / 60);
  return minutes < 1440 ? twoUnits(minutes, 60, 'h', 'min') : twoUnits(Math.round(minutes / 60), 24, 'd', 'h');
}

/** A whole of the larger unit and the rest in the smaller; a rest of nothing is left out. */
function twoUnits(value: number, factor: number, large: string, small: string): string {
  const rest = value % factor;
  return `${Math.floor(value / factor)} ${large}${rest ? ` ${rest} ${small}` : ''}`;
}

/** How far something is behind; `tight`: where little room is, in one unit. */
export function lag(ms: number, tight = false): string {
  return tight ? seconds(ms / 1000).split(' ').slice(0, 2).join(' ') : seconds(ms / 1000);
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

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

/** An instant of the playground's clock, which says that it is one. */
export const playground = (iso: string): string => (ISO.test(iso) ? `${instant(iso)} playground time` : iso);

/** An instant of the wall's clock in the reader's zone, whose name is said: "2026-11-30 15:04:46 CET". */
export function wall(iso: string): string {
  const date = new Date(iso);
  if (!ISO.test(iso) || Number.isNaN(date.getTime())) return iso;
  const parts = new Intl.DateTimeFormat('en-GB', {
    year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
    hourCycle: 'h23', timeZoneName: 'short',
  }).formatToParts(date);
  const part = (type: string) => parts.find((p) => p.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}:${part('second')} ${part('timeZoneName')}`;
}

/** A figure of a node, by its name: the units that it has. */
export function fact(name: string, value: unknown): string {
  if (typeof value !== 'number') return typeof value === 'string' && ISO.test(value) ? playground(value) : String(value);
  if (name === 'seconds') return seconds(value);
  if (name === 'bytes') return bytes(value);
  return Number.isInteger(value) ? group(value) : groupDigits(String(Number(value.toPrecision(5))));
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
