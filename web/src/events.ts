// What a record's body holds: one JSON event, an array of them, or several one behind the other.

const MARK = '\ufeff'; // some senders put it before the first character

/** How many events; null when something in the body isn't JSON. */
export function eventsIn(body: string): number | null {
  const values = valuesIn(body.startsWith(MARK) ? body.slice(1) : body);
  return values && values.reduce((count: number, value) => count + (Array.isArray(value) ? value.length : 1), 0);
}

function valuesIn(text: string): unknown[] | null {
  try {
    return [JSON.parse(text)];
  } catch {
    const parts = split(text);
    if (parts.length < 2) return null;
    try {
      return parts.map((part) => JSON.parse(part) as unknown);
    } catch {
      return null;
    }
  }
}

/** Cut behind each bracket that closes what was opened first. */
function split(text: string): string[] {
  const parts: string[] = [];
  let from = 0;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === '"') while (++i < text.length && text[i] !== '"') i += text[i] === '\\' ? 1 : 0;
    if (c === '{' || c === '[') depth++;
    if ((c !== '}' && c !== ']') || --depth > 0) continue;
    parts.push(text.slice(from, i + 1));
    from = i + 1;
  }
  if (text.slice(from).trim() !== '') parts.push(text.slice(from));
  return parts;
}
