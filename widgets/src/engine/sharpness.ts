import type { Mode } from "./scene";

const SMOOTH = 45; // ms a frame may take while something moves
const QUICK = 18;
const PATIENT = 450; // ms that the last, sharp frame may take
const COARSEST = 0.3;

/** How many pixels a CSS pixel gets: fewer while something moves on a slow machine, more as soon as it rests. */
export class Sharpness {
  private moving: number;
  private cost = 0; // ms of a frame with one pixel a CSS pixel

  /** The CT costs by the pixel; surfaces cost by the corner, and fewer pixels would only look worse. */
  constructor(private readonly mode: Mode) {
    this.moving = mode === "ct" ? 0.5 : 1;
  }

  /** Called once a frame with what it took. */
  took(ms: number, scale: number): void {
    this.cost = ms / (scale * scale);
    if (ms > SMOOTH) this.moving = Math.max(this.mode === "ct" ? COARSEST : 1, Math.min(this.moving, scale) * 0.8);
    else if (ms < QUICK) this.moving = Math.min(finest(), this.moving * 1.15);
  }

  scale(atRest: boolean): number {
    if (!atRest) return this.moving;
    if (this.mode !== "ct") return finest();
    return Math.min(finest(), Math.max(1, Math.sqrt(PATIENT / this.cost)));
  }
}

/** Two, even on a plain screen: shrunk again by the browser, edges come out smooth. */
const finest = () => Math.max(2, globalThis.devicePixelRatio);
