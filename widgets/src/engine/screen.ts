import { compass, SIDE } from "./compass";
import type { Projection } from "./projection";
import type { Vector } from "./scene";

const FILL = "position:absolute;inset:0;width:100%;height:100%;";
const FINE = 2; // pixels a CSS pixel in a saved picture
const RING = { radius: 6, color: "rgb(255 214 10)" };

const HELP =
  "3-D view. Drag or arrow keys turn it, the wheel or + and - zoom, shift-drag moves, 0 resets, " +
  "1 to 6 look from the front, back, left, right, above and below.";

/** The elements of a pane: the canvas that WebGL draws on, letters and a ring above it, and what is there while it sleeps. */
export class Screen {
  readonly host = document.createElement("div");
  canvas = document.createElement("canvas");
  private readonly letters = document.createElement("canvas");
  private readonly ring = document.createElement("div");
  private at: [number, number] | undefined;
  private still: HTMLCanvasElement | undefined;

  constructor(root: HTMLElement) {
    this.host.style.cssText = "position:relative;width:100%;height:100%;overflow:hidden;touch-action:none;cursor:grab;";
    this.host.role = "application";
    this.host.ariaLabel = HELP;
    const { radius, color } = RING;
    this.letters.style.cssText = `position:absolute;left:0;bottom:0;width:${SIDE}px;height:${SIDE}px;pointer-events:none;`;
    this.ring.style.cssText = `position:absolute;left:${-radius}px;top:${-radius}px;width:${2 * radius}px;height:${2 * radius}px;
      border:1.5px solid ${color};border-radius:50%;box-sizing:border-box;pointer-events:none;`;
    root.append(this.host);
  }

  get size(): [number, number] {
    return [this.host.clientWidth, this.host.clientHeight];
  }

  /** A lost context never comes back to its canvas unasked, so each awakening gets a new one. */
  wake(): void {
    this.canvas = document.createElement("canvas");
    this.canvas.style.cssText = FILL;
    this.still = undefined;
    this.host.replaceChildren(this.canvas, this.letters, this.ring);
  }

  /** Shows the last picture and a button over all of it. */
  sleep(why: string, resume: () => void, picture?: HTMLCanvasElement): void {
    this.still = picture;
    const button = document.createElement("button");
    button.style.cssText = `${FILL}border:0;background:#0006;color:#fff;font:600 14px system-ui,sans-serif;cursor:pointer;`;
    button.textContent = why;
    button.onclick = resume;
    const image = document.createElement("img");
    image.style.cssText = FILL;
    image.alt = "";
    if (picture) image.src = picture.toDataURL();
    this.host.replaceChildren(...(picture ? [image] : []), button);
  }

  resize(scale: number): void {
    const [width, height] = this.size.map((css) => Math.max(1, Math.round(css * scale))) as [number, number];
    if (this.canvas.width !== width) this.canvas.width = width;
    if (this.canvas.height !== height) this.canvas.height = height;
  }

  annotate(projection: Projection, ink: string, crosshair?: Vector): void {
    compass(this.letters, projection, ink);
    this.at = crosshair && projection.pixel(crosshair);
    this.ring.style.display = this.at ? "block" : "none";
    if (this.at) this.ring.style.transform = `translate(${this.at[0]}px, ${this.at[1]}px)`;
  }

  /** All of it as one picture; right after drawing, for WebGL keeps its own no longer. */
  picture(): HTMLCanvasElement {
    if (this.still) return this.still;
    const copy = document.createElement("canvas");
    const [width, height] = this.size;
    [copy.width, copy.height] = [width * FINE, height * FINE];
    const paint = copy.getContext("2d")!;
    paint.scale(FINE, FINE);
    paint.drawImage(this.canvas, 0, 0, width, height);
    if (this.letters.width > 0) paint.drawImage(this.letters, 0, height - SIDE, SIDE, SIDE);
    if (!this.at) return copy;
    paint.arc(...this.at, RING.radius, 0, 2 * Math.PI);
    paint.strokeStyle = RING.color;
    paint.lineWidth = 1.5;
    paint.stroke();
    return copy;
  }
}
