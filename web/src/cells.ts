// Values of a query's answer as text: for the grid, and for files.
import type { Answer, Column } from './api';

export function cellText(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export const isNumeric = (column: Column): boolean =>
  /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|REAL|DECIMAL)/.test(column.type);

/** RFC 4180; null is an empty field. */
export function toCsv({ columns, rows }: Answer): string {
  const field = (value: unknown): string => {
    if (value === null || value === undefined) return '';
    const text = cellText(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns.map((c) => field(c.name)), ...rows.map((row) => row.map(field))]
    .map((fields) => fields.join(',') + '\r\n')
    .join('');
}

/** One object a line. */
export function toJsonLines({ columns, rows }: Answer): string {
  return rows
    .map((row) => JSON.stringify(Object.fromEntries(columns.map((c, i) => [c.name, row[i]]))) + '\n')
    .join('');
}

export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
