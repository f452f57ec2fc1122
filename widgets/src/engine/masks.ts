import type { Box } from "./boxes";
import { flood } from "./flood";
import type { Scene, Vector } from "./scene";

/** Where something is, in a box that has one voxel of nothing around it: what the scan cuts off is closed too. */
export interface Mask {
  inside: Uint8Array; // 0 or 1
  size: Vector;
  origin: Vector; // the box's first voxel in the grid
}

export function ofStructure({ ids, shape }: Scene, id: number, box: Box): Mask {
  return mask(shape, box, (voxel) => ids[voxel] === id);
}

/** Bone, where no organ is marked: contrast in a kidney or the aorta reaches its HU too. */
export function ofBone({ ct, ids, shape }: Scene, hu: number): Mask {
  return mask(shape, whole(shape), (voxel) => ct[voxel]! > hu && ids[voxel] === 0);
}

/** The body with its cavities, without the table: what air around it does not reach within a slice, in one piece. */
export function ofBody({ ct, shape }: Scene, hu: number): Mask {
  const dense = mask(shape, whole(shape), (voxel) => ct[voxel]! > hu);
  const [row, slab] = [dense.size[0], dense.size[0] * dense.size[1]];
  const outside = flood(dense.inside, 0, 0, [1, -1, row, -row]);
  const centre = dense.size.reduce((sum, n, d) => sum + (n >> 1) * [1, row, slab][d]!, 0);
  return { ...dense, inside: flood(outside, 0, centre, [1, -1, row, -row, slab, -slab]) };
}

const whole = (shape: Vector): Box => ({ low: [0, 0, 0], high: [shape[0] - 1, shape[1] - 1, shape[2] - 1] });

function mask([nx, ny]: Vector, { low, high }: Box, is: (voxel: number) => boolean): Mask {
  const size: Vector = [high[0] - low[0] + 3, high[1] - low[1] + 3, high[2] - low[2] + 3];
  const inside = new Uint8Array(size[0] * size[1] * size[2]);
  for (let z = low[2]; z <= high[2]; z++)
    for (let y = low[1]; y <= high[1]; y++) {
      const from = nx * (y + ny * z);
      const to = 1 - low[0] + size[0] * (y - low[1] + 1 + size[1] * (z - low[2] + 1));
      for (let x = low[0]; x <= high[0]; x++) if (is(from + x)) inside[to + x] = 1;
    }
  return { inside, size, origin: [low[0] - 1, low[1] - 1, low[2] - 1] };
}
