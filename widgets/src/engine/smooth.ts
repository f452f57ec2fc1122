import type { Net } from "./nets";

const ROUNDS = 18;
const PULL = 0.6; // of the way to the neighbours' mean
const PUSH = -0.61; // and back, a little more: pulled alone, vessels wither (Taubin 1995)
const REACH = 0.7; // voxels that a point may stray from where the voxels put it

/** Takes the steps out of a net, in place: every point is drawn towards its neighbours, but keeps near its voxel. */
export function smooth({ points, quads }: Net): void {
  const home = points.slice();
  const sum = new Float32Array(points.length);
  const neighbours = new Uint8Array(points.length / 3);
  for (const corner of quads) neighbours[corner]! += 1;
  for (let round = 0; round < 2 * ROUNDS; round++) {
    const pull = round % 2 ? PUSH : PULL;
    sum.fill(0);
    for (let q = 0; q < quads.length; q += 4)
      for (let side = 0; side < 4; side++) {
        const a = quads[q + side]! * 3;
        const b = quads[q + ((side + 1) & 3)]! * 3;
        sum[a]! += points[b]!; // the quad across this side brings b its neighbour a
        sum[a + 1]! += points[b + 1]!;
        sum[a + 2]! += points[b + 2]!;
      }
    for (let i = 0; i < points.length; i++) {
      const mean = sum[i]! / neighbours[(i / 3) | 0]!;
      const moved = points[i]! + pull * (mean - points[i]!);
      points[i] = Math.min(Math.max(moved, home[i]! - REACH), home[i]! + REACH);
    }
  }
}

/** Two triangles a quad, cut along the shorter diagonal: the other way round shows as a ridge. */
export function triangles({ points, quads }: Net): Uint32Array {
  const out = new Uint32Array((quads.length / 4) * 6);
  const square = (a: number, b: number) => (points[a]! - points[b]!) ** 2;
  const apart = (a: number, b: number) => square(3 * a, 3 * b) + square(3 * a + 1, 3 * b + 1) + square(3 * a + 2, 3 * b + 2);
  for (let q = 0, t = 0; q < quads.length; q += 4, t += 6) {
    const [a, b, c, d] = [quads[q]!, quads[q + 1]!, quads[q + 2]!, quads[q + 3]!];
    out.set(apart(a, c) <= apart(b, d) ? [a, b, c, a, c, d] : [b, c, d, b, d, a], t);
  }
  return out;
}
