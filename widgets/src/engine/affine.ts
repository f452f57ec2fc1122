import type { Vector } from "./scene";

/** Row-major 4 × 4 as numpy writes it; the last row is 0 0 0 1. */
export type Affine = readonly number[];

export function apply(m: Affine, [x, y, z]: Readonly<Vector>): Vector {
  const row = (r: number) => m[r]! * x + m[r + 1]! * y + m[r + 2]! * z + m[r + 3]!;
  return [row(0), row(4), row(8)];
}

export function inverse(m: Affine): number[] {
  const [a, b, c, , d, e, f, , g, h, i] = m as number[] & { length: 16 };
  const [A, B, C] = [e! * i! - f! * h!, f! * g! - d! * i!, d! * h! - e! * g!];
  const k = 1 / (a! * A + b! * B + c! * C);
  const rows = [
    [A * k, (c! * h! - b! * i!) * k, (b! * f! - c! * e!) * k],
    [B * k, (a! * i! - c! * g!) * k, (c! * d! - a! * f!) * k],
    [C * k, (b! * g! - a! * h!) * k, (a! * e! - b! * d!) * k],
  ];
  const [tx, ty, tz] = [m[3]!, m[7]!, m[11]!];
  return [...rows.flatMap(([x, y, z]) => [x!, y!, z!, -(x! * tx + y! * ty + z! * tz)]), 0, 0, 0, 1];
}
