import { NVMesh } from "@niivue/niivue";
import { diagonal, type Extent } from "./extent";
import type { Vector } from "./scene";

const YELLOW = new Uint8Array([255, 214, 10, 255]); // the crosshair's colour in the planes
const THIN = 0.0022; // of the scene's diagonal

/** A 3-D crosshair: three thin beams that meet at `mm` and run through the whole scene. */
export function marker(gl: WebGL2RenderingContext, shader: number, mm: Vector, extent: Extent): NVMesh {
  const { low, high } = extent;
  const thin = THIN * diagonal(extent);
  const beams = [0, 1, 2].map((axis) => beam(mm, axis, Math.min(low[axis]!, mm[axis]!), Math.max(high[axis]!, mm[axis]!), thin));
  const points = new Float32Array(beams.flat());
  const corners = new Uint32Array(beams.flatMap((_, i) => SIDES.map((corner) => corner + 8 * i)));
  const mesh = new NVMesh(points, corners, "", YELLOW, 1, true, gl);
  mesh.meshShaderIndex = shader;
  return mesh;
}

/** The eight corners of a long box. */
function beam(mm: Vector, axis: number, from: number, to: number, thin: number): number[] {
  return Array.from({ length: 8 }, (_, corner) =>
    mm.map((centre, d) => {
      const far = (corner >> d) & 1;
      return d === axis ? [from, to][far]! : centre + (far ? thin : -thin);
    }),
  ).flat();
}

/** Its twelve triangles, counter-clockwise seen from outside. */
const SIDES = ["0462", "1375", "0154", "2673", "0231", "4576"].flatMap((side) => {
  const [a, b, c, d] = [...side].map(Number) as [number, number, number, number];
  return [a, b, c, a, c, d];
});
