// The moving dots: all on one canvas, so that forty edges cost one repaint and no layout.
// A dot, once on its way, goes on; a changed rate changes only how often new ones set out.
import { STEP, type Curve } from './curve';

const SPEED = 44; // pixels per second
const RADIUS = 1.75;

interface Track {
  curve: Curve;
  dots: number[]; // distance from the start, newest last
  due: number; // distance until the next one sets out
}

/** Pixels between dots: closer with the rate's logarithm. */
const spacing = (rate: number) => Math.max(18, 110 - 28 * Math.log10(1 + rate));

export class Particles {
  private tracks: Track[] = [];
  private frame = 0;
  private last = 0;
  private rates = new Map<string, number>();
  private still = false;
  private visible = true;

  constructor(private readonly canvas: HTMLCanvasElement) {}

  setCurves(curves: Curve[], width: number, height: number): void {
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.tracks = curves.map((curve) => ({ curve, dots: [], due: 0 }));
    for (const track of this.tracks) this.fill(track);
    this.wake();
  }

  setRates(rates: Map<string, number>): void {
    const started = this.rates.size === 0;
    this.rates = rates;
    if (started) for (const track of this.tracks) this.fill(track);
    this.wake();
  }

  /** Holds the dots where they are (frozen clock). */
  hold(still: boolean): void {
    this.still = still;
    this.wake();
  }

  show(visible: boolean): void {
    this.visible = visible;
    this.wake();
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.visible = false;
  }

  private rate(track: Track): number {
    return this.rates.get(`${track.curve.from}\n${track.curve.to}`) ?? 0;
  }

  /** Starts as if the stream had flowed all along. */
  private fill(track: Track): void {
    const rate = this.rate(track);
    track.dots = [];
    if (rate <= 0) return;
    const length = (track.curve.points.length / 2) * STEP;
    const phase = (track.curve.path.length * 13) % spacing(rate); // neighbours don't march in step
    for (let at = length - phase; at > 0; at -= spacing(rate)) track.dots.push(at);
    track.due = spacing(rate) - (track.dots.at(-1) ?? 0);
  }

  private wake(): void {
    if (!this.frame && this.visible) this.frame = requestAnimationFrame((now) => this.draw(now));
  }

  private draw(now: number): void {
    this.frame = 0;
    const moved = this.still ? 0 : Math.min(now - this.last, 100) * (SPEED / 1000);
    this.last = now;
    for (const track of this.tracks) this.advance(track, moved);
    this.paint();
    if (!this.still) this.wake();
  }

  private advance(track: Track, moved: number): void {
    const length = (track.curve.points.length / 2) * STEP;
    track.dots = track.dots.map((at) => at + moved).filter((at) => at < length);
    const rate = this.rate(track);
    if (rate <= 0) return;
    track.due = Math.min(track.due, spacing(rate)) - moved;
    if (track.due > 0) return;
    track.dots.push(0);
    track.due += spacing(rate);
  }

  private paint(): void {
    const context = this.canvas.getContext('2d');
    if (!context) return;
    const ratio = window.devicePixelRatio || 1;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.fillStyle = getComputedStyle(this.canvas).color; // the theme's accent
    context.beginPath();
    for (const { curve, dots } of this.tracks) {
      for (const at of dots) {
        const i = Math.min(Math.floor(at / STEP), curve.points.length / 2 - 1) * 2;
        const x = curve.points[i]!;
        const y = curve.points[i + 1]!;
        context.moveTo(x + RADIUS, y);
        context.arc(x, y, RADIUS, 0, 2 * Math.PI);
      }
    }
    context.fill();
  }
}
