import type { Vector } from "./scene";

/** First and last voxel that a structure occupies along x, y and z. */
export interface Box {
  low: Vector;
  high: Vector;
}

/** The box of every id from 1 to `count`, or nothing where an id has no voxel. */
export function boxes(ids: Uint8Array, [nx, ny, nz]: Vector, count: number): (Box | undefined)[] {
  const found: (Box | undefined)[] = new Array<Box | undefined>(count).fill(undefined);
  let at = 0;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++) {
        const id = ids[at++]!;
        if (id === 0 || id > count) continue;
        const { low, high } = (found[id - 1] ??= { low: [x, y, z], high: [x, y, z] });
        if (x < low[0]) low[0] = x;
        else if (x > high[0]) high[0] = x;
        if (y < low[1]) low[1] = y;
        else if (y > high[1]) high[1] = y;
        if (z > high[2]) high[2] = z;
      }
  return found;
}
