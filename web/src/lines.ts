// Two texts compared line by line, as a diff shows them.

export interface Line {
  sign: ' ' | '+' | '−';
  text: string;
}

/** Beyond this many pairs of lines to compare, what differs is shown as taken out and put in whole. */
const PAIRS = 4_000_000;

/** All lines of both, in order. What is the same at both ends isn't compared. */
export function difference(before: string, after: string): Line[] {
  const a = before.split('\n');
  const b = after.split('\n');
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const same = (text: string): Line => ({ sign: ' ', text });
  return [
    ...a.slice(0, head).map(same),
    ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...a.slice(a.length - tail).map(same),
  ];
}

function middle(a: string[], b: string[]): Line[] {
  const longest = a.length * b.length > PAIRS ? null : longestCommon(a, b);
  const lines: Line[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (longest && i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ sign: ' ', text: a[i]! });
      i++;
      j++;
    } else if (i < a.length && (j === b.length || !longest || longest[i + 1]![j]! >= longest[i]![j + 1]!)) {
      lines.push({ sign: '−', text: a[i++]! });
    } else {
      lines.push({ sign: '+', text: b[j++]! });
    }
  }
  return lines;
}

/** At [i][j]: how many lines a from i and b from j have in common, in order. */
function longestCommon(a: string[], b: string[]): Uint32Array[] {
  const table = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i]![j] = a[i] === b[j] ? table[i + 1]![j + 1]! + 1 : Math.max(table[i + 1]![j]!, table[i]![j + 1]!);
    }
  }
  return table;
}

/** Only what differs and `around` lines about it; null stands for what is left out. */
export function shortened(lines: Line[], around = 3): (Line | null)[] {
  const near = lines.map((_, i) => lines.slice(Math.max(0, i - around), i + around + 1).some((l) => l.sign !== ' '));
  return lines.flatMap((line, i) => (near[i] ? [line] : i > 0 && !near[i - 1] ? [] : [null]));
}

export const count = (lines: Line[], sign: Line['sign']): number => lines.filter((l) => l.sign === sign).length;
