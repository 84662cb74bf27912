// A table of any length: rows of one height, of which only those in view are in the document.
// Arrows, Home, End and Page keys move the cell; Ctrl+C copies it.
import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useId, useMemo, useRef } from 'preact/hooks';
import type { Column } from '../api';
import { cellText, isNumeric } from '../cells';

const ROW = 26; // pixels; as in style.css
const SPARE = 8; // rows beyond the edges, so that a quick scroll shows no gap
const SAMPLE = 200; // rows that decide the columns' widths
const CH_MIN = 6;
const CH_MAX = 48;

interface Lines {
  lines: Map<number, VNode>;
}

interface Props {
  columns: Column[];
  rows: unknown[][];
  label: string;
}

export function Grid({ columns, rows, label }: Props) {
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const view = useSignal({ top: 0, height: 400 });
  const cell = useSignal<[row: number, column: number]>([0, 0]);
  const template = useMemo(() => widths(columns, rows), [columns, rows]);
  useEffect(() => {
    const element = box.current!;
    const look = () => (view.value = { top: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, []);
  useEffect(() => {
    cell.value = [0, 0];
    box.current!.scrollTop = 0;
  }, [rows]);

  const first = Math.max(0, Math.floor(view.value.top / ROW) - SPARE);
  const last = Math.min(rows.length, Math.ceil((view.value.top + view.value.height) / ROW) + SPARE);
  const [row, column] = cell.value;
  const line = (r: number) => (
    <div key={r} class="grid-row" role="row" aria-rowindex={r + 2} style={{ gridTemplateColumns: template, top: `${r * ROW}px` }}>
      {columns.map((c, i) => (
        <div
          key={i}
          id={`${id}-${r}-${i}`}
          role="gridcell"
          class={(isNumeric(c) ? 'right' : '') + (rows[r]![i] === null ? ' null' : '')}
          aria-selected={r === row && i === column}
          onClick={() => (cell.value = [r, i])}
        >
          {cellText(rows[r]![i])}
        </div>
      ))}
    </div>
  );
  // A row that stays in view is the same object as before, which Preact doesn't compare again: a
  // scroll costs the new rows only.
  const drawn = useMemo<Lines>(() => ({ lines: new Map() }), [columns, rows, cell.value]);
  const kept: Lines['lines'] = new Map();
  for (let r = first; r < last; r++) kept.set(r, drawn.lines.get(r) ?? line(r));
  drawn.lines = kept;

  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 'c' && !getSelection()?.toString()) {
      void navigator.clipboard?.writeText(cellText(rows[row]?.[column]));
      return;
    }
    const page = Math.max(1, Math.floor(view.value.height / ROW) - 2);
    const to = target(event, row, column, rows.length - 1, columns.length - 1, page);
    if (!to) return;
    event.preventDefault();
    cell.value = to;
    reveal(box.current!, to[0]);
  };
  return (
    <div
      class="grid"
      role="grid"
      tabIndex={0}
      ref={box}
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      aria-activedescendant={rows.length > 0 && row >= first && row < last ? `${id}-${row}-${column}` : undefined}
      onKeyDown={onKeyDown}
    >
      <div class="grid-row head" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
        {columns.map((c) => (
          <div key={c.name} role="columnheader" class={isNumeric(c) ? 'right' : ''} title={`${c.name} ${c.type}`}>
            {c.name}
          </div>
        ))}
      </div>
      <div class="grid-body" role="presentation" style={{ height: `${rows.length * ROW}px` }}>
        {[...kept.values()]}
      </div>
    </div>
  );
}

function widths(columns: Column[], rows: unknown[][]): string {
  return columns
    .map((c, i) => {
      let length = c.name.length;
      for (let r = 0; r < Math.min(rows.length, SAMPLE); r++) length = Math.max(length, cellText(rows[r]![i]).length);
      return `minmax(${Math.min(CH_MAX, Math.max(CH_MIN, length)) + 3}ch, 1fr)`;
    })
    .join(' ');
}

function target(
  event: KeyboardEvent,
  row: number,
  column: number,
  lastRow: number,
  lastColumn: number,
  page: number,
): [number, number] | null {
  const jump = event.ctrlKey || event.metaKey;
  const within = (r: number, c: number): [number, number] => [
    Math.max(0, Math.min(lastRow, r)),
    Math.max(0, Math.min(lastColumn, c)),
  ];
  switch (event.key) {
    case 'ArrowDown':
      return within(jump ? lastRow : row + 1, column);
    case 'ArrowUp':
      return within(jump ? 0 : row - 1, column);
    case 'ArrowRight':
      return within(row, column + 1);
    case 'ArrowLeft':
      return within(row, column - 1);
    case 'PageDown':
      return within(row + page, column);
    case 'PageUp':
      return within(row - page, column);
    case 'Home':
      return within(jump ? 0 : row, 0);
    case 'End':
      return within(jump ? lastRow : row, lastColumn);
    default:
      return null;
  }
}

/** Scrolls just as far as needed; the head covers one row. */
function reveal(box: HTMLElement, row: number): void {
  const top = row * ROW;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + 2 * ROW > box.scrollTop + box.clientHeight) box.scrollTop = top + 2 * ROW - box.clientHeight;
}
