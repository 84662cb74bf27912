// Icons drawn here: symbol characters turn into coloured pictures on some systems.
import type { Health } from '../api';

export const healthGlyph: Record<Health, string> = { ok: '✓', warn: '▲', fail: '✕', idle: '○' };
export const healthWord: Record<Health, string> = {
  ok: 'healthy',
  warn: 'needs attention',
  fail: 'failed',
  idle: 'idle',
};

/** The state of a run or activity as a health. */
export function stateHealth(state: string): Health {
  if (state === 'succeeded') return 'ok';
  if (state === 'failed') return 'fail';
  return state === 'running' ? 'warn' : 'idle';
}

export function Glyph({ health }: { health: Health }) {
  return (
    <span class={`glyph ${health}`} aria-hidden="true">
      {healthGlyph[health]}
    </span>
  );
}

const icon = (path: string) => (
  <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" fill="currentColor">
    <path d={path} />
  </svg>
);

export const Pause = () => icon('M3 2h3.500v12H3zM9.500 2H13v12H9.500z');
export const Play = () => icon('M4 2l10 6-10 6z');
export const HalfMoon = () => icon('M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm0 1.500v11a5.500 5.500 0 0 1 0-11z');
export const Close = () => icon('M3.300 2.200 8 6.900l4.700-4.700 1.100 1.100L9.100 8l4.700 4.700-1.100 1.100L8 9.100l-4.700 4.700-1.100-1.100L6.900 8 2.200 3.300z');
export const Retry = () => icon('M8 2.500a5.500 5.500 0 1 0 5.400 6.500h-1.600A4 4 0 1 1 8 4v2.500l4-3.300L8 0z');
