import type { Mask } from "./masks";
import type { Vector } from "./scene";

/** A closed surface out of quads, in voxels: `points` is x, y, z of each corner, `quads` four corners each. */
export interface Net {
  points: Float32Array;
  quads: Uint32Array;
}

/** For each of the 256 ways in which a cube's corners can be inside: the mean of the edges that the surface cuts. */
const CENTRES: Vector[] = Array.from({ length: 256 }, (_, inside) => {
  const sum: Vector = [0, 0, 0];
  let cut = 0;
  for (let corner = 0; corner < 8; corner++)
    for (let axis = 0; axis < 3; axis++) {
      const other = corner | (1 << axis);
      if (other === corner || ((inside >> corner) & 1) === ((inside >> other) & 1)) continue;
      cut++;
      for (let d = 0; d < 3; d++) sum[d]! += (((corner >> d) & 1) + ((other >> d) & 1)) / 2;
    }
  return sum.map((s) => s / Math.max(cut, 1)) as Vector;
});

/** Naive surface nets (Gibson 1998): one point in every cube of eight voxels that the surface passes through. */
export function net({ inside, size, origin }: Mask): Net {
  const strides = [1, size[0], size[0] * size[1]] as const;
  const [, row, slab] = strides;
  const steps = Array.from({ length: 8 }, (_, corner) => (corner & 1) + ((corner >> 1) & 1) * row + (corner >> 2) * slab);
  const point = new Int32Array(inside.length);
  const points: number[] = [];
  for (let z = 0; z < size[2] - 1; z++)
    for (let y = 0; y < size[1] - 1; y++)
      for (let x = 0; x < size[0] - 1; x++) {
        const at = x + y * row + z * slab;
        let corners = 0;
        for (let c = 0; c < 8; c++) corners |= inside[at + steps[c]!]! << c;
        if (corners === 0 || corners === 255) continue;
        point[at] = points.length / 3;
        const centre = CENTRES[corners]!;
        points.push(origin[0] + x + centre[0], origin[1] + y + centre[1], origin[2] + z + centre[2]);
      }
  const quads: number[] = [];
  for (let axis = 0; axis < 3; axis++) {
    const [along, s, t] = [strides[axis]!, strides[(axis + 1) % 3]!, strides[(axis + 2) % 3]!];
    for (let at = 0; at < inside.length - along; at++) {
      if (inside[at] === inside[at + along]) continue;
      const [a, b, c, d] = [point[at - s - t]!, point[at - t]!, point[at]!, point[at - s]!];
      if (inside[at])
        quads.push(a, b, c, d); // counter-clockwise seen from outside
      else quads.push(d, c, b, a);
    }
  }
  return { points: Float32Array.from(points), quads: Uint32Array.from(quads) };
}
