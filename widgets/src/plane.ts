// One plane on a canvas: pixels composed when they change, everything else drawn over them.
import { type Composed, compose, differenceKey, type Source } from "./compose";
import { crosshair, findings, letters, measurement, scaleBar, text } from "./marks";
import { outline } from "./outline";
import type { Session, State } from "./session";
import { Camera, Viewport } from "./viewport";

export const PLANES = ["sagittal", "coronal", "axial"] as const; // by the axis that they cut
const PIXELS = new Set(["scene", "voxels", "window", "visible", "opacity", "colors", "heat", "heat_opacity", "compare", "edit"]);

export class Plane {
  readonly canvas = document.createElement("canvas");
  readonly camera = new Camera();
  draft: State["measurements"][number] | null = null;
  brush: { x: number; y: number } | null = null;
  active = false;
  private ringed = false; // the brush's ring is drawn
  viewports: { source: Source; view: Viewport; clip: [number, number] }[] = [];
  private readonly pen = this.canvas.getContext("2d", { alpha: false })!;
  private readonly composed = new Map<Source, { index: number; made: Composed; picture: HTMLCanvasElement }>();

  constructor(
    private readonly session: Session,
    readonly axis: number,
  ) {
    this.canvas.className = "atlas-plane";
    this.canvas.setAttribute("role", "img");
  }

  get index(): number {
    return this.session.get("voxel")[this.axis]!;
  }

  /** Whether any of this is seen here: a pointer that only moves is seen as the brush's ring. */
  concerns(what: Set<string>): boolean {
    return this.brush !== null || this.ringed || [...what].some((one) => one !== "hover");
  }

  /** Draw what changed; pixels are composed again only where it concerns them. */
  draw(what: Set<string>): void {
    if ([...what].some((one) => PIXELS.has(one))) this.composed.clear();
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [this.canvas.clientWidth, this.canvas.clientHeight];
    if (!width || !height) return;
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
    }
    this.layOut(width, height);
    const pen = this.pen;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, width, height);
    for (const { source, view, clip } of this.viewports) {
      pen.save();
      pen.beginPath();
      pen.rect(clip[0], 0, clip[1] - clip[0], height);
      pen.clip();
      this.picture(source, view, ratio);
      this.marks(view);
      pen.restore();
    }
    this.captions(width, height);
    this.canvas.setAttribute("aria-label", `${PLANES[this.axis]} plane, slice ${this.index + 1}`);
  }

  /** The viewport under a place on the canvas. */
  under(x: number): Viewport {
    return (this.viewports.find(({ clip }) => x >= clip[0] && x < clip[1]) ?? this.viewports.at(-1)!).view;
  }

  private layOut(width: number, height: number): void {
    const { about, shape } = this.session.scene;
    const view = (left: number, wide: number) =>
      new Viewport(
        this.axis,
        { left, top: 0, width: wide, height },
        shape,
        about.spacing,
        this.camera,
        this.session.get("convention") === "radiological",
      );
    if (!about.other) this.viewports = [{ source: "first", view: view(0, width), clip: [0, width] }];
    else if (this.session.get("compare") === "difference") {
      this.viewports = [{ source: "difference", view: view(0, width), clip: [0, width] }];
    } else if (this.session.get("compare") === "swipe") {
      const at = width * this.session.get("swipe");
      this.viewports = [
        { source: "first", view: view(0, width), clip: [0, at] },
        { source: "second", view: view(0, width), clip: [at, width] },
      ];
    } else {
      this.viewports = [
        { source: "first", view: view(0, width / 2), clip: [0, width / 2] },
        { source: "second", view: view(width / 2, width / 2), clip: [width / 2, width] },
      ];
    }
  }

  private picture(source: Source, view: Viewport, ratio: number): void {
    const { made, picture } = this.pixels(source);
    const pen = this.pen;
    const [a, , , d, x, y] = view.transform;
    pen.save();
    pen.transform(a, 0, 0, d, x, y);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(picture, -0.5, -0.5);
    pen.restore();
    if (!this.session.get("outline")) return;
    const matrix = new DOMMatrix([a, 0, 0, d, x, y]);
    pen.lineWidth = Math.max(1.25, 1 / ratio);
    for (const { mask, color, name } of made.outlines) {
      const path = outline(mask, this.axis, this.index);
      if (!path) continue;
      const placed = new Path2D();
      placed.addPath(path, matrix);
      pen.strokeStyle = color;
      pen.setLineDash(name === this.session.get("active") && this.session.get("locked").includes(name) ? [4, 3] : []);
      pen.stroke(placed);
    }
    pen.setLineDash([]);
  }

  private pixels(source: Source): { made: Composed; picture: HTMLCanvasElement } {
    let known = this.composed.get(source);
    if (known?.index !== this.index) {
      const made = compose(this.session, source, this.axis, this.index);
      const picture = known?.picture ?? document.createElement("canvas");
      picture.width = made.pixels.width;
      picture.height = made.pixels.height;
      picture.getContext("2d")!.putImageData(made.pixels, 0, 0);
      known = { index: this.index, made, picture };
      this.composed.set(source, known);
    }
    return known;
  }

  private marks(view: Viewport): void {
    const { session, pen } = this;
    findings(pen, view, session, this.index);
    crosshair(pen, view, session.get("voxel"));
    for (const one of session.get("measurements")) measurement(pen, view, one, this.index);
    if (this.draft) measurement(pen, view, this.draft, this.index);
    scaleBar(pen, view);
    letters(pen, view);
    this.ringed = this.brush !== null;
    if (this.brush) this.ring(view, this.brush);
  }

  private ring(view: Viewport, { x, y }: { x: number; y: number }): void {
    this.pen.strokeStyle = "#fff";
    this.pen.lineWidth = 1.5;
    this.pen.beginPath();
    this.pen.arc(x, y, (this.session.get("brush_mm") / 2) * view.scale, 0, 2 * Math.PI);
    this.pen.stroke();
  }

  private captions(width: number, height: number): void {
    const { session, pen } = this;
    const count = session.scene.shape[this.axis];
    text(pen, `${PLANES[this.axis]}  ${this.index + 1} / ${count}`, 8, 6, "left", "top", 12);
    const { other, name } = session.scene.about;
    if (other && session.get("compare") === "difference") {
      differenceKey(session).forEach(([color, words], i) => text(pen, words, 8, 24 + 16 * i, "left", "top", 12, color));
    } else if (other) {
      for (const [i, words] of [name, other].entries()) text(pen, words, this.viewports[i]!.clip[0] + 8, 24, "left", "top", 12);
      pen.fillStyle = "#9aa0a6";
      pen.fillRect(this.viewports[0]!.clip[1] - 1, 0, 2, height);
    }
    if (this.active) {
      pen.strokeStyle = "#4c9aff";
      pen.lineWidth = 2;
      pen.strokeRect(1, 1, width - 2, height - 2);
    }
  }
}
