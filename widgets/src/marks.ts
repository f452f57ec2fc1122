// What is drawn over a plane: crosshair, letters, scale bar, findings, measurements. All in CSS pixels.
import type { Triple } from "./model";
import type { Session, State } from "./session";
import type { Viewport } from "./viewport";

export const YELLOW = "#ffd60a";
const INK = "#f2f2f2";
const BARS_MM = [200, 100, 50, 20, 10, 5, 2, 1];
const GAP = 9; // the voxel looked at stays visible

export function crosshair(pen: CanvasRenderingContext2D, view: Viewport, voxel: Triple): void {
  const [x, y] = view.toScreen(voxel[view.across]!, voxel[view.down]!);
  const { left, top, width, height } = view.rect;
  pen.strokeStyle = YELLOW;
  pen.lineWidth = 1;
  pen.globalAlpha = 0.85;
  pen.beginPath();
  for (const [x0, y0, x1, y1] of [
    [left, y, Math.max(left, x - GAP), y],
    [Math.min(left + width, x + GAP), y, left + width, y],
    [x, top, x, Math.max(top, y - GAP)],
    [x, Math.min(top + height, y + GAP), x, top + height],
  ] as [number, number, number, number][]) {
    pen.moveTo(x0, y0);
    pen.lineTo(x1, y1);
  }
  pen.stroke();
  pen.globalAlpha = 1;
}

export function letters(pen: CanvasRenderingContext2D, view: Viewport): void {
  const { left, top, width, height } = view.rect;
  const [l, r, t, b] = view.letters;
  text(pen, l, left + 6, top + height / 2, "left", "middle", 15);
  text(pen, r, left + width - 6, top + height / 2, "right", "middle", 15);
  text(pen, t, left + width / 2, top + 5, "center", "top", 15);
  text(pen, b, left + width / 2, top + height - 5, "center", "bottom", 15);
}

/** A bar of a round length, at most a third of the picture. */
export function scaleBar(pen: CanvasRenderingContext2D, view: Viewport): void {
  const { left, top, width, height } = view.rect;
  const mm = BARS_MM.find((bar) => bar * view.scale < width / 3) ?? 1;
  const [x, y] = [left + 10, top + height - 10];
  for (const [color, thick] of [
    ["#000", 4],
    [INK, 2],
  ] as const) {
    pen.strokeStyle = color;
    pen.lineWidth = thick;
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(x + mm * view.scale, y);
    pen.stroke();
  }
  text(pen, `${mm} mm`, x, y - 4, "left", "bottom", 11);
}

export function findings(pen: CanvasRenderingContext2D, view: Viewport, session: Session, index: number): void {
  for (const box of session.scene.about.boxes) {
    if (index < box.low[view.axis]! - 0.5 || index > box.high[view.axis]! + 0.5) continue;
    const [x0, y0] = view.toScreen(box.low[view.across]!, box.low[view.down]!);
    const [x1, y1] = view.toScreen(box.high[view.across]!, box.high[view.down]!);
    pen.strokeStyle = box.color;
    pen.lineWidth = 2;
    pen.strokeRect(Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0), Math.abs(y1 - y0));
    text(pen, box.label, Math.min(x0, x1), Math.min(y0, y1) - 3, "left", "bottom", 12, box.color);
  }
}

type Measurement = State["measurements"][number];

export function measurement(pen: CanvasRenderingContext2D, view: Viewport, one: Measurement, index: number): void {
  if (one.axis !== view.axis || Math.round(one.points[0]![view.axis]!) !== index) return;
  const places = one.points.map((point) => view.toScreen(point[view.across]!, point[view.down]!));
  for (const [color, thick] of [
    ["#000", 4],
    [YELLOW, 2],
  ] as const) {
    pen.strokeStyle = color;
    pen.lineWidth = thick;
    pen.beginPath();
    places.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.stroke();
  }
  const [x, y] = places.at(one.kind === "angle" ? 1 : -1)!;
  text(pen, `${one.value.toFixed(1)} ${one.unit}`, x + 8, y - 6, "left", "bottom", 12, YELLOW);
}

export function text(
  pen: CanvasRenderingContext2D,
  words: string,
  x: number,
  y: number,
  align: CanvasTextAlign,
  baseline: CanvasTextBaseline,
  size: number,
  color = INK,
): void {
  pen.font = `600 ${size}px system-ui, sans-serif`;
  pen.textAlign = align;
  pen.textBaseline = baseline;
  pen.lineJoin = "round";
  pen.strokeStyle = "#000";
  pen.lineWidth = 3;
  pen.strokeText(words, x, y);
  pen.fillStyle = color;
  pen.fillText(words, x, y);
}

/** Length in mm of two points, or the angle in degrees at the second of three; voxels in, by way of the affine. */
export function measured(session: Session, points: Triple[]): number {
  const mm = points.map((point) => session.scene.toMm(point));
  const from = (a: Triple, b: Triple) => a.map((v, i) => b[i]! - v) as Triple;
  const length = (v: Triple) => Math.hypot(...v);
  if (points.length === 2) return length(from(mm[0]!, mm[1]!));
  const [u, v] = [from(mm[1]!, mm[0]!), from(mm[1]!, mm[2]!)];
  const cosine = u.reduce((sum, x, i) => sum + x * v[i]!, 0) / (length(u) * length(v) || 1);
  return (Math.acos(Math.max(-1, Math.min(1, cosine))) * 180) / Math.PI;
}
