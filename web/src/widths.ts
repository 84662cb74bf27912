// How wide a grid's columns are: as wide as their texts, measured, within bounds.
import type { Column } from './api';
import { cellText } from './cells';

const SAMPLE = 200; // rows that are measured; a longer text further down is cut with an ellipsis
const LEAST = 56; // pixels
const MOST = 360;
const PADDING = 22; // left and right of a text, and the rule between two cells
const MEASURED = 120; // characters: more are wider than MOST in any font

export type Measure = (text: string, head: boolean) => number;

/** Pixels, one a column. */
export function widthsOf(columns: Column[], rows: unknown[][], measure: Measure): number[] {
  const sample = rows.slice(0, SAMPLE);
  return columns.map((column, i) => {
    let width = measure(column.name, true);
    for (const row of sample) {
      if (width >= MOST) break;
      width = Math.max(width, measure(cellText(row[i]).slice(0, MEASURED), false));
    }
    return Math.ceil(Math.min(MOST, Math.max(LEAST, width + PADDING)));
  });
}

/** Measures in the page's own font. */
export function measureIn(element: Element): Measure {
  const context = document.createElement('canvas').getContext('2d');
  const { fontFamily } = getComputedStyle(element);
  return (text, head) => {
    if (!context) return text.length * 8;
    context.font = head ? `600 12px ${fontFamily}` : `13px ${fontFamily}`;
    return context.measureText(text).width;
  };
}
