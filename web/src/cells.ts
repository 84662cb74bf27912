// Values of a query's answer as text: for the grid, and for files. A value that no JavaScript number
// holds (a large whole number, a DECIMAL, NaN) comes as text, and stays as it came.
import type { Answer, Column } from './api';

export function cellText(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Object.is(value, -0)) return '-0.0';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const INTEGER = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|BIGNUM)$/;

export const isNumeric = (column: Column): boolean =>
  INTEGER.test(column.type) || /^(DOUBLE|FLOAT|REAL|DECIMAL(\([\d,]+\))?)$/.test(column.type);

/** RFC 4180; null is an empty field, an empty text is "". */
export function toCsv({ columns, rows }: Answer): string {
  const field = (value: unknown): string => {
    if (value === null || value === undefined) return '';
    const text = cellText(value);
    return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns.map((c) => field(c.name)), ...rows.map((row) => row.map(field))]
    .map((fields) => fields.join(',') + '\r\n')
    .join('');
}

/** Columns' names where each may stand once, as in an object: a, a, b become a, a_2, b. */
export function uniqueNames(columns: Column[]): string[] {
  const taken = new Set(columns.map((c) => c.name));
  const seen = new Set<string>();
  return columns.map(({ name }) => {
    let own = name;
    for (let n = 2; seen.has(own) || (own !== name && taken.has(own)); n++) own = `${name}_${n}`;
    seen.add(own);
    return own;
  });
}

export const hasTwins = (columns: Column[]): boolean => new Set(columns.map((c) => c.name)).size < columns.length;

/** One object a line. A whole number is written with all its digits, whatever its size. */
export function toJsonLines({ columns, rows }: Answer): string {
  const keys = uniqueNames(columns).map((name) => JSON.stringify(name));
  const whole = columns.map((c) => INTEGER.test(c.type));
  const json = (value: unknown, i: number): string => {
    if (whole[i] && typeof value === 'string' && /^-?\d+$/.test(value)) return value;
    return Object.is(value, -0) ? '-0.0' : JSON.stringify(value ?? null);
  };
  return rows.map((row) => `{${keys.map((key, i) => `${key}:${json(row[i], i)}`).join(',')}}\n`).join('');
}

export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
