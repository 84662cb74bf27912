// A table of any length: rows of one height, of which only those in view are in the document.
// The columns' widths are decided once and stand in one place (--columns), so that the head and all
// rows have the same. Arrows, Home, End and Page keys move the cell; Ctrl+C copies it.
import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useId, useMemo, useRef } from 'preact/hooks';
import type { Column } from '../api';
import { cellText, isNumeric } from '../cells';
import { measureIn, widthsOf } from '../widths';

const ROW = 26; // pixels; as in style.css
const SPARE = 8; // rows beyond the edges, so that a quick scroll shows no gap
const SHOWN = 400; // characters of a cell: more are never in view, and a text may have millions

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
  const widths = useMemo(() => widthsOf(columns, rows, measureIn(document.body)), [columns, rows]);
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
    <div key={r} class="grid-row" role="row" aria-rowindex={r + 2} style={{ top: `${r * ROW}px` }}>
      {columns.map((c, i) => (
        <div
          key={i}
          id={`${id}-${r}-${i}`}
          role="gridcell"
          class={(isNumeric(c) ? 'right' : '') + (rows[r]![i] === null ? ' null' : '')}
          aria-selected={r === row && i === column}
          onClick={() => (cell.value = [r, i])}
        >
          {cellText(rows[r]![i]).slice(0, SHOWN)}
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
    reveal(box.current!, ...to);
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
      <div class="grid-table" role="presentation" style={layout(widths)}>
        <div class="grid-row head" role="row" aria-rowindex={1}>
          {columns.map((c, i) => (
            <div key={i} role="columnheader" class={isNumeric(c) ? 'right' : ''} title={`${c.name} ${c.type}`}>
              {c.name}
            </div>
          ))}
        </div>
        <div class="grid-body" role="presentation" style={{ height: `${rows.length * ROW}px` }}>
          {[...kept.values()]}
        </div>
        {rows.length === 0 && (
          <div class="empty" role="row" aria-rowindex={2}>
            <div role="gridcell">No rows.</div>
          </div>
        )}
      </div>
    </div>
  );
}

/** The whole table's least width, and each column's share of it. */
const layout = (widths: number[]) => ({
  width: `max(100%, ${widths.reduce((sum, width) => sum + width, 0)}px)`,
  '--columns': widths.map((width) => `minmax(0, ${width}fr)`).join(' '),
});

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
function reveal(box: HTMLElement, row: number, column: number): void {
  const top = row * ROW;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + 2 * ROW > box.scrollTop + box.clientHeight) box.scrollTop = top + 2 * ROW - box.clientHeight;
  const head = box.querySelectorAll<HTMLElement>('[role=columnheader]')[column];
  if (!head) return;
  const [left, right] = [head.offsetLeft, head.offsetLeft + head.offsetWidth];
  if (left < box.scrollLeft) box.scrollLeft = left;
  else if (right > box.scrollLeft + box.clientWidth) box.scrollLeft = Math.min(left, right - box.clientWidth);
}
