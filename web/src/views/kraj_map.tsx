// The kraje coloured by a value, with a list of the figures for those who don't see colours.
import type { Answer } from '../api';
import * as format from '../format';
import { KRAJE } from '../kraje';

interface Props {
  answer: Answer;
  place: string; // column with a kraj's name or NUTS 3 code
  value: string; // column
  title: string;
}

export function KrajMap({ answer, place, value, title }: Props) {
  const values = valuesOf(answer, place, value);
  const top = Math.max(...values.values(), 0);
  const known = KRAJE.flatMap((k) => {
    const found = values.get(k.code) ?? values.get(k.name);
    return found === undefined ? [] : [{ ...k, value: found }];
  }).sort((a, b) => b.value - a.value);
  if (known.length === 0) {
    return <p class="failure">{place} has no name or code of a kraj, like “Zlínský kraj” or CZ072</p>;
  }
  return (
    <div class="kraje">
      <svg viewBox="0 0 600 350" role="img" aria-label={title || `${value} by ${place}`}>
        {KRAJE.map((k) => (
          <path key={k.code} class="empty" d={`${k.path}Z`} />
        ))}
        {known.map((k) => (
          <path key={k.code} d={`${k.path}Z`} style={{ fillOpacity: `${(0.08 + (0.92 * Math.max(k.value, 0)) / (top || 1)).toFixed(3)}` }}>
            <title>{`${k.name}: ${format.short(k.value)}`}</title>
          </path>
        ))}
      </svg>
      <ol>
        {known.map((k) => (
          <li key={k.code}>
            <span>{k.name}</span>
            <span>{format.short(k.value)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

function valuesOf(answer: Answer, place: string, value: string): Map<string, number> {
  const at = (name: string) => answer.columns.findIndex((c) => c.name === name);
  const [p, v] = [at(place), at(value)];
  const known = answer.rows.filter((row) => row[v] !== null && Number.isFinite(Number(row[v])));
  return new Map(known.map((row) => [String(row[p]), Number(row[v])]));
}
