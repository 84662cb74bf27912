// A small line over time. Shape only: the figure stands beside it.
interface Props {
  points: [number, number][];
  width: number;
  height: number;
  label: string;
}

export function Spark({ points, width, height, label }: Props) {
  if (points.length < 2) return null;
  const [first] = points[0]!;
  const [last] = points.at(-1)!;
  const top = Math.max(1, ...points.map(([, value]) => value)) * 1.1;
  const x = (at: number) => (((at - first) / Math.max(last - first, 1e-9)) * width).toFixed(1);
  const y = (value: number) => (height - 1 - (value / top) * (height - 2)).toFixed(1);
  const line = points.map(([at, value]) => `${x(at)} ${y(value)}`).join('L');
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path class="area" d={`M0 ${height}L${line}L${width} ${height}Z`} />
      <path class="line" d={`M${line}`} />
    </svg>
  );
}
