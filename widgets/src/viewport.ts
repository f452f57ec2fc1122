// Where a plane's voxels are on the screen: true proportions, zoom and shift, radiological or neurological.
import { planeAxes } from "./mask";
import type { Triple } from "./model";

export interface Rect {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Zoom and shift of one plane; all pictures of that plane share it. */
export class Camera {
  zoom = 1;
  shift: [number, number] = [0, 0]; // CSS pixels at zoom 1

  reset(): void {
    this.zoom = 1;
    this.shift = [0, 0];
  }
}

const LETTERS = [
  ["A", "P", "S", "I"],
  ["R", "L", "S", "I"],
  ["R", "L", "A", "P"],
] as const;

export class Viewport {
  readonly across: number;
  readonly down: number;
  readonly scale: number; // CSS pixels a millimetre
  readonly mirrored: boolean; // the array's axis runs to the left of the screen

  constructor(
    readonly axis: number,
    readonly rect: Rect,
    private readonly shape: Triple,
    private readonly spacing: Triple,
    private readonly camera: Camera,
    radiological: boolean,
  ) {
    [this.across, this.down] = planeAxes(axis);
    const [wide, high] = this.size;
    this.scale = Math.min((rect.width - 8) / wide, (rect.height - 8) / high) * camera.zoom;
    this.mirrored = radiological || axis === 0;
  }

  /** Width and height of the plane in mm. */
  get size(): [number, number] {
    return [this.shape[this.across]! * this.spacing[this.across]!, this.shape[this.down]! * this.spacing[this.down]!];
  }

  /** CSS pixels of one voxel. */
  get pixel(): [number, number] {
    return [this.spacing[this.across]! * this.scale, this.spacing[this.down]! * this.scale];
  }

  get letters(): [string, string, string, string] {
    const [left, right, top, bottom] = LETTERS[this.axis]!;
    return this.mirrored ? [left, right, top, bottom] : [right, left, top, bottom];
  }

  /** Screen position of a place in the plane, in voxels of its two axes (whole numbers are voxel centres). */
  toScreen(a: number, d: number): [number, number] {
    const [x0, y0] = this.origin;
    const [wide, high] = this.pixel;
    const column = this.mirrored ? this.shape[this.across]! - 0.5 - a : a + 0.5;
    return [x0 + column * wide, y0 + (this.shape[this.down]! - 0.5 - d) * high];
  }

  /** The inverse of `toScreen`. */
  toPlane(x: number, y: number): [number, number] {
    const [x0, y0] = this.origin;
    const [wide, high] = this.pixel;
    const column = (x - x0) / wide;
    const a = this.mirrored ? this.shape[this.across]! - 0.5 - column : column - 0.5;
    return [a, this.shape[this.down]! - 0.5 - (y - y0) / high];
  }

  /** A place in the plane as a voxel of the volume. */
  toVoxel([a, d]: [number, number], index: number): Triple {
    const voxel: Triple = [0, 0, 0];
    voxel[this.axis] = index;
    voxel[this.across] = a;
    voxel[this.down] = d;
    return voxel;
  }

  /** The canvas transform under which a voxel of the array's own order is a unit square, centred at whole numbers. */
  get transform(): [number, number, number, number, number, number] {
    const [x, y] = this.toScreen(0, 0);
    const [wide, high] = this.pixel;
    return [this.mirrored ? -wide : wide, 0, 0, -high, x, y];
  }

  private get origin(): [number, number] {
    const [wide, high] = this.size;
    const { left, top, width, height } = this.rect;
    const [dx, dy] = this.camera.shift;
    return [
      left + width / 2 + dx * this.camera.zoom - (wide * this.scale) / 2,
      top + height / 2 + dy * this.camera.zoom - (high * this.scale) / 2,
    ];
  }
}

export function nearestVoxel(voxel: Triple, shape: Triple): Triple {
  return voxel.map((v, i) => Math.max(0, Math.min(shape[i]! - 1, Math.round(v)))) as Triple;
}
