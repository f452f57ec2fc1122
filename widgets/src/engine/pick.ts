import { apply, inverse } from "./affine";
import type { Mode, Scene, Vector } from "./scene";

/** The first shown voxel on a sight line, in mm; nothing where the line meets none. */
export function pick(scene: Scene, mode: Mode, origin: Vector, along: Vector): Vector | undefined {
  const toVoxel = inverse(scene.affine);
  const start = apply(toVoxel, origin);
  const ahead = apply(toVoxel, [origin[0] + along[0], origin[1] + along[1], origin[2] + along[2]]);
  const step = ahead.map((v, i) => v - start[i]!) as Vector; // voxels a mm
  const [nx, ny, nz] = scene.shape;
  let [near, far] = [-Infinity, Infinity];
  for (let d = 0; d < 3; d++) {
    const [a, b] = [(-0.5 - start[d]!) / step[d]!, (scene.shape[d]! - 0.5 - start[d]!) / step[d]!];
    if (Math.abs(step[d]!) < 1e-9) continue;
    near = Math.max(near, Math.min(a, b));
    far = Math.min(far, Math.max(a, b));
  }
  const stride = 0.5 / Math.hypot(...step); // half a voxel, in mm
  for (let t = near + stride / 2; t < far; t += stride) {
    const [x, y, z] = start.map((v, i) => Math.round(v + t * step[i]!)) as Vector;
    if (x < 0 || y < 0 || z < 0 || x >= nx || y >= ny || z >= nz) continue;
    if (shown(scene, mode, x + nx * (y + ny * z))) return apply(scene.affine, [x, y, z]);
  }
  return undefined;
}

function shown({ ids, ct, visible, window }: Scene, mode: Mode, voxel: number): boolean {
  if (mode === "ct") return ct[voxel]! > (window[0] + window[1]) / 2;
  const id = ids[voxel]!;
  return id > 0 && visible[id - 1] === true;
}
