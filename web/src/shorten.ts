// Names that are too long lose their middle: beginnings tell the kind, ends tell brothers apart.

let pen: CanvasRenderingContext2D | null = null;
const known = new Map<string, string>();

/** `text` within `pixels` of the page's font in 12 px. */
export function shorten(text: string, pixels: number): string {
  const key = `${pixels}\n${text}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  pen ??= document.createElement('canvas').getContext('2d');
  if (!pen) return text;
  pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  let shown = text;
  for (let left = text.length - 1; left > 4 && pen.measureText(shown).width > pixels; left--) {
    const head = Math.ceil(left * 0.55);
    shown = `${text.slice(0, head)}…${text.slice(text.length - (left - head))}`;
  }
  if (known.size > 1000) known.clear();
  known.set(key, shown);
  return shown;
}
