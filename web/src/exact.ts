// JSON in which whole numbers may be larger than a JavaScript number can hold.

/** The third argument of a reviver, which knows how the value is written. */
interface Written {
  source?: string;
}

const MAY_BE_LARGE = /\d{16}/;
const WHOLE = /^-?\d+$/;

/** As JSON.parse, but a whole number that would change becomes its digits as text. */
export function parseExact(text: string): unknown {
  if (!MAY_BE_LARGE.test(text)) return JSON.parse(text);
  const reviver = (_: string, value: unknown, written?: Written) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && WHOLE.test(written?.source ?? '') ? written!.source : value;
  return JSON.parse(text, reviver as (key: string, value: unknown) => unknown);
}
