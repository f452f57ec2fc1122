import type { NVMesh } from "@niivue/niivue";
import { apply } from "./affine";
import type { Scene, Vector } from "./scene";

/** What the camera turns around and has to take in. */
export interface Extent {
  low: Vector;
  high: Vector;
}

export function ofVolume({ shape, affine }: Scene): Extent {
  const corner = (c: number) => apply(affine, shape.map((n, d) => ((c >> d) & 1 ? n - 0.5 : -0.5)) as Vector);
  return around(Array.from({ length: 8 }, (_, c) => corner(c)));
}

export function ofMeshes(meshes: NVMesh[]): Extent {
  return around(meshes.flatMap((mesh) => [mesh.extentsMin, mesh.extentsMax]) as Vector[]);
}

export const diagonal = ({ low, high }: Extent) => Math.hypot(...high.map((h, d) => h - low[d]!));

function around(points: Vector[]): Extent {
  const each = (pick: (...values: number[]) => number) => [0, 1, 2].map((d) => pick(...points.map((p) => p[d]!))) as Vector;
  return { low: each(Math.min), high: each(Math.max) };
}
