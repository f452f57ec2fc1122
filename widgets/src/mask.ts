// One structure in the page: the bits inside a box, or, where it is painted on, of the whole grid.
import type { Triple } from "./model";

export type Box = [number, number, number, number, number, number]; // x0, x1, y0, y1, z0, z1

/** The part of a mask that one plane cuts: rows of `width` voxels from (left, top) on, in voxels of the plane's axes. */
export interface MaskSlice {
  left: number;
  top: number;
  width: number;
  height: number;
  on: Uint8Array;
}

/** The array axes that run across and down the plane that cuts `axis`. */
export function planeAxes(axis: number): [number, number] {
  return axis === 0 ? [1, 2] : axis === 1 ? [0, 2] : [0, 1];
}

export class Mask {
  private readonly slices: { index: number; version: number; slice: MaskSlice | null }[] = [];
  version = 0;

  private constructor(
    readonly box: Box,
    readonly bits: Uint8Array,
    private readonly step: Triple,
    /** Over the whole grid, x fastest: it can be painted on. */
    readonly whole = false,
  ) {}

  /** As it comes from the kernel: z fastest. */
  static packed(box: Box, bits: Uint8Array): Mask {
    const [, , y0, y1, z0, z1] = box;
    return new Mask(box, bits, [(y1 - y0) * (z1 - z0), z1 - z0, 1]);
  }

  /** A copy over the whole grid, x fastest, to paint on. */
  editable(shape: Triple): Mask {
    const [nx, ny, nz] = shape;
    const copy = new Mask([0, nx, 0, ny, 0, nz], new Uint8Array(Math.ceil((nx * ny * nz) / 8)), [1, nx, nx * ny], true);
    const [x0, x1, y0, y1, z0, z1] = this.box;
    for (let z = z0; z < z1; z++) {
      for (let y = y0; y < y1; y++) {
        for (let x = x0; x < x1; x++) if (this.has(x, y, z)) copy.put(x + nx * (y + ny * z), true);
      }
    }
    return copy;
  }

  has(x: number, y: number, z: number): boolean {
    const [x0, x1, y0, y1, z0, z1] = this.box;
    if (x < x0 || x >= x1 || y < y0 || y >= y1 || z < z0 || z >= z1) return false;
    return this.bit((x - x0) * this.step[0] + (y - y0) * this.step[1] + (z - z0) * this.step[2]);
  }

  /** Of an editable mask: the voxel with this flat index, x fastest. */
  bit(at: number): boolean {
    return ((this.bits[at >> 3]! >> (at & 7)) & 1) === 1;
  }

  put(at: number, on: boolean): void {
    if (on) this.bits[at >> 3]! |= 1 << (at & 7);
    else this.bits[at >> 3]! &= ~(1 << (at & 7));
  }

  /** Of an editable mask: set runs (first voxel, length), flat indices with x fastest. */
  putRuns(runs: Uint32Array, on: boolean): void {
    for (let i = 0; i < runs.length; i += 2) {
      for (let at = runs[i]!; at < runs[i]! + runs[i + 1]!; at++) this.put(at, on);
    }
    this.version++;
  }

  /** What the plane across `axis` cuts of it, or null. */
  slice(axis: number, index: number): MaskSlice | null {
    const known = this.slices[axis];
    if (known?.index === index && known.version === this.version) return known.slice;
    const slice = this.cut(axis, index);
    this.slices[axis] = { index, version: this.version, slice };
    return slice;
  }

  private cut(axis: number, index: number): MaskSlice | null {
    const box = this.box;
    if (index < box[2 * axis]! || index >= box[2 * axis + 1]!) return null;
    const [across, down] = planeAxes(axis);
    const [left, top] = [box[2 * across]!, box[2 * down]!];
    const [width, height] = [box[2 * across + 1]! - left, box[2 * down + 1]! - top];
    const on = new Uint8Array(width * height);
    const [stepAcross, stepDown] = [this.step[across]!, this.step[down]!];
    const start = (index - box[2 * axis]!) * this.step[axis]!;
    const bits = this.bits;
    let any = 0;
    for (let d = 0; d < height; d++) {
      let at = start + d * stepDown;
      for (let a = 0; a < width; a++, at += stepAcross) {
        const bit = (bits[at >> 3]! >> (at & 7)) & 1;
        on[d * width + a] = bit;
        any |= bit;
      }
    }
    return any ? { left, top, width, height, on } : null;
  }
}

/** Sorted flat indices as runs (first, length). */
export function runsOf(indices: number[]): Uint32Array<ArrayBuffer> {
  const runs: number[] = [];
  for (const at of indices) {
    const last = runs.length - 1;
    if (last > 0 && runs[last - 1]! + runs[last]! === at) runs[last]!++;
    else runs.push(at, 1);
  }
  return new Uint32Array(runs);
}
