// The border of a mask along the voxels' own edges, so that an outline is exactly the mask.
import type { Mask, MaskSlice } from "./mask";

const paths = new WeakMap<MaskSlice, Path2D>();

/** The outline in voxels of the plane's axes, where a voxel reaches half a unit to each side of its whole number. */
export function outline(mask: Mask, axis: number, index: number): Path2D | null {
  const slice = mask.slice(axis, index);
  if (!slice) return null;
  let path = paths.get(slice);
  if (!path) paths.set(slice, (path = trace(slice)));
  return path;
}

function trace({ left, top, width, height, on }: MaskSlice): Path2D {
  const path = new Path2D();
  const at = (a: number, d: number) => (a >= 0 && d >= 0 && a < width && d < height ? on[d * width + a]! : 0);
  const [x0, y0] = [left - 0.5, top - 0.5];
  for (let d = 0; d <= height; d++) {
    for (let a = 0, from = -1; a <= width; a++) {
      const edge = a < width && at(a, d) !== at(a, d - 1);
      if (edge && from < 0) from = a;
      if (!edge && from >= 0) {
        path.moveTo(x0 + from, y0 + d);
        path.lineTo(x0 + a, y0 + d);
        from = -1;
      }
    }
  }
  for (let a = 0; a <= width; a++) {
    for (let d = 0, from = -1; d <= height; d++) {
      const edge = d < height && at(a, d) !== at(a - 1, d);
      if (edge && from < 0) from = d;
      if (!edge && from >= 0) {
        path.moveTo(x0 + a, y0 + from);
        path.lineTo(x0 + a, y0 + d);
        from = -1;
      }
    }
  }
  return path;
}
