import type { Projection } from "./projection";
import type { Vector } from "./scene";

const ENDS: Record<string, Vector> = { R: [1, 0, 0], L: [-1, 0, 0], A: [0, 1, 0], P: [0, -1, 0], S: [0, 0, 1], I: [0, 0, -1] };
const ARM = 26; // CSS pixels from the middle to a letter
const FINE = 2; // pixels a CSS pixel

export const SIDE = 80; // CSS pixels

/** Six letters that say which way the patient lies. */
export function compass(canvas: HTMLCanvasElement, projection: Projection, ink: string): void {
  canvas.width = canvas.height = SIDE * FINE; // wipes it, too
  const paint = canvas.getContext("2d")!;
  paint.setTransform(FINE, 0, 0, FINE, (SIDE * FINE) / 2, (SIDE * FINE) / 2);
  paint.font = "600 13px system-ui, sans-serif";
  paint.textAlign = "center";
  paint.textBaseline = "middle";
  paint.fillStyle = paint.strokeStyle = ink;
  const ends = Object.entries(ENDS).map(([letter, towards]) => ({ letter, at: projection.direction(towards) }));
  ends.sort((a, b) => b.at[2] - a.at[2]); // the nearest is written last
  for (const { letter, at } of ends) {
    const [x, y, away] = at;
    paint.globalAlpha = away > 0.3 ? 0.4 : 1; // what points away from the viewer is faint
    paint.beginPath();
    paint.moveTo(0, 0);
    paint.lineTo(x * (ARM - 9), y * (ARM - 9));
    paint.stroke();
    const hidden = away > 0 && Math.hypot(x, y) < 0.3; // behind the letter that points at the viewer
    if (!hidden) paint.fillText(letter, x * ARM, y * ARM);
  }
}
