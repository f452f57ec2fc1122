import { NVMesh } from "@niivue/niivue";
import { type Affine, apply } from "./affine";
import type { Mask } from "./masks";
import { net } from "./nets";
import type { Vector } from "./scene";
import { smooth, triangles } from "./smooth";

export interface Look {
  shader: number;
  color: Vector;
  opacity?: number;
}

/** A smooth body in mm around a mask; nothing around an empty one. */
export function solid(gl: WebGL2RenderingContext, mask: Mask, affine: Affine, look: Look): NVMesh | undefined {
  const surface = net(mask);
  const { points } = surface;
  if (points.length === 0) return undefined;
  smooth(surface);
  for (let p = 0; p < points.length; p += 3) points.set(apply(affine, [points[p]!, points[p + 1]!, points[p + 2]!]), p);
  const mesh = new NVMesh(points, triangles(surface), "", new Uint8Array([...look.color, 255]), look.opacity ?? 1, true, gl);
  mesh.meshShaderIndex = look.shader;
  return mesh;
}
