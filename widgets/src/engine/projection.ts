import type { Vector } from "./scene";

/** The straight (orthographic) way from RAS mm to the pane: `m` is column-major, as WebGL has it. */
export class Projection {
  constructor(
    private readonly m: ArrayLike<number>,
    private readonly width: number,
    private readonly height: number,
  ) {}

  /** CSS pixels from the pane's upper left corner. */
  pixel(mm: Readonly<Vector>): [number, number] {
    const clip = (r: number) => this.row(r).reduce((sum, v, i) => sum + v * mm[i]!, this.m[12 + r]!);
    return [((clip(0) + 1) / 2) * this.width, ((1 - clip(1)) / 2) * this.height];
  }

  /** A unit direction as it appears: x to the right and y down in the pane, z away from the viewer. */
  direction(d: Readonly<Vector>): Vector {
    const [across, up] = [this.row(0), this.row(1)];
    const along = (r: Vector) => dot(r, d) / Math.hypot(...r);
    return [along(across), -along(up), dot(this.away, d)];
  }

  /** Where the sight line through a pixel crosses the plane through the origin, and which way it runs. */
  ray(x: number, y: number): { origin: Vector; along: Vector } {
    const [across, up] = [this.row(0), this.row(1)];
    const a = ((2 * x) / this.width - 1 - this.m[12]!) / dot(across, across);
    const b = (1 - (2 * y) / this.height - this.m[13]!) / dot(up, up);
    return { origin: across.map((v, i) => v * a + up[i]! * b) as Vector, along: this.away };
  }

  get mmPerPixel(): number {
    return 2 / (Math.hypot(...this.row(1)) * this.height);
  }

  private row(r: number): Vector {
    return [this.m[r]!, this.m[4 + r]!, this.m[8 + r]!];
  }

  private get away(): Vector {
    const depth = this.row(2);
    const length = Math.hypot(...depth);
    return depth.map((v) => v / length) as Vector;
  }
}

const dot = (a: Readonly<Vector>, b: Readonly<Vector>) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
