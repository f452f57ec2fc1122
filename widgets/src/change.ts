// What Python has changed in one viewer: a box of new voxels over the CT, and masks. The CT itself is shared by all viewers
// of the page and stays as it is.
import { type Box, planeAxes } from "./mask";
import type { Triple } from "./model";
import type { Slice } from "./samples";
import type { Structure } from "./scene";

export interface Change {
  number: number; // the higher one is the newer one: the smaller arrives first
  box: Box | null; // null: the voxels stay
  structures: Structure[];
}

export class Patch {
  constructor(
    private readonly box: Box,
    private readonly codes: Int16Array, // x fastest
  ) {}

  /** A plane across `axis`, `width` voxels wide, with the box's part of it in place. */
  over(slice: Slice, axis: number, index: number, width: number): Slice {
    const { box } = this;
    if (index < box[2 * axis]! || index >= box[2 * axis + 1]!) return slice;
    const [across, down] = planeAxes(axis);
    const codes = slice.codes.slice();
    const voxel: Triple = [0, 0, 0];
    voxel[axis] = index;
    for (let d = box[2 * down]!; d < box[2 * down + 1]!; d++) {
      voxel[down] = d;
      for (let a = box[2 * across]!; a < box[2 * across + 1]!; a++) {
        voxel[across] = a;
        codes[d * width + a] = this.codes[this.offset(voxel)]!;
      }
    }
    return { ...slice, codes };
  }

  /** The new code of a voxel; undefined outside the box. */
  at(voxel: Triple): number | undefined {
    const inside = voxel.every((v, i) => v >= this.box[2 * i]! && v < this.box[2 * i + 1]!);
    return inside ? this.codes[this.offset(voxel)] : undefined;
  }

  private offset([x, y, z]: Triple): number {
    const [x0, x1, y0, y1, z0] = this.box;
    return x - x0 + (x1 - x0) * (y - y0 + (y1 - y0) * (z - z0));
  }
}
