// One view of a session: controls above, planes and list beside each other, status below.
import { type Action, actions, type Stage } from "./actions";
import { h } from "./dom";
import { help } from "./help";
import { Legend } from "./legend";
import type { Triple } from "./model";
import { Plane } from "./plane";
import { Pointer } from "./pointer";
import type { Session, State } from "./session";
import { Solid } from "./solid";
import { Status } from "./status";
import { Toolbar } from "./toolbar";
import { nearestVoxel } from "./viewport";

const AXES: Record<State["arrangement"], number[]> = {
  planes: [2, 1, 0],
  axial: [2],
  coronal: [1],
  sagittal: [0],
  grid: [2, 1, 0],
  "3d": [],
};
const EVERYTHING = new Set(["scene", "voxels", "size", "edit"]);

export class Shell implements Stage {
  readonly root = h("div", { className: "atlas-viewer", tabIndex: 0, "data-lm-suppress-shortcuts": "true" });
  private readonly area = h("div", { className: "atlas-area" });
  private readonly planes: Plane[];
  private readonly pointers: Pointer[];
  private readonly solid: Solid;
  private readonly status: Status;
  private legend: Legend;
  private toolbar: Toolbar;
  private byKey: Map<string, Action>;
  private current = 2;
  private restore: State["arrangement"] = "planes";
  private helping: HTMLElement | null = null;
  private readonly deaf: () => void;
  private readonly resized: ResizeObserver;

  constructor(readonly session: Session) {
    this.planes = [0, 1, 2].map((axis) => new Plane(session, axis));
    this.pointers = this.planes.map(
      (plane) =>
        new Pointer(
          session,
          plane,
          () => this.focus(plane.axis),
          () => this.enlarge(plane.axis),
        ),
    );
    this.solid = new Solid(session, (mm) => session.set("voxel", this.toVoxel(mm)));
    this.byKey = new Map(actions(this).map((action) => [action.key, action]));
    this.status = new Status(session);
    this.legend = new Legend(session);
    this.toolbar = new Toolbar(session, this.byKey);
    this.root.append(
      this.toolbar.root,
      this.status.banner,
      h("div", { className: "atlas-main" }, this.area, this.legend.root),
      this.status.line,
    );
    this.root.addEventListener("keydown", (event) => this.press(event));
    this.deaf = session.hear((what) => this.update(what));
    this.resized = new ResizeObserver(() => this.update(new Set(["size"])));
    this.resized.observe(this.area);
    this.update(EVERYTHING);
  }

  destroy(): void {
    this.deaf();
    this.resized.disconnect();
    this.solid.destroy();
    this.root.remove();
  }

  active(): Plane {
    return this.planes[this.current]!;
  }

  step(slices: number): void {
    this.pointers[this.current]!.step(slices);
  }

  /** Move the crosshair by a voxel of the active plane, as the screen shows it. */
  nudge(right: number, up: number): void {
    const view = this.active().viewports[0]!.view;
    const voxel = [...this.session.get("voxel")] as Triple;
    voxel[view.across]! += view.mirrored ? -right : right;
    voxel[view.down]! += up;
    this.session.set("voxel", nearestVoxel(voxel, this.session.scene.shape));
  }

  zoom(factor: number): void {
    this.pointers[this.current]!.zoom(factor);
  }

  reset(): void {
    for (const plane of this.planes) plane.camera.reset();
    this.session.tell("marks");
  }

  help(): void {
    this.helping?.remove();
    this.helping = this.helping
      ? null
      : help(this.byKey.values(), this.session.get("_painting").editable !== undefined, () => this.help());
    if (this.helping) this.root.append(this.helping);
  }

  /** The planes as they are, as a PNG file. */
  screenshot(): void {
    const box = this.area.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    const sheet = h("canvas", { width: Math.round(box.width * ratio), height: Math.round(box.height * ratio) });
    const pen = sheet.getContext("2d")!;
    for (const { canvas } of this.planes.filter(({ canvas }) => canvas.isConnected)) {
      const at = canvas.getBoundingClientRect();
      pen.drawImage(canvas, (at.left - box.left) * ratio, (at.top - box.top) * ratio);
    }
    void this.addSolid(pen, box, ratio).then(() =>
      sheet.toBlob((blob) => blob && download(blob, `${this.session.scene.about.name}.png`)),
    );
  }

  private async addSolid(pen: CanvasRenderingContext2D, box: DOMRect, ratio: number): Promise<void> {
    const png = this.solid.root.isConnected ? await this.solid.png() : undefined;
    if (!png) return;
    const at = this.solid.root.getBoundingClientRect();
    pen.drawImage(
      await createImageBitmap(png),
      (at.left - box.left) * ratio,
      (at.top - box.top) * ratio,
      at.width * ratio,
      at.height * ratio,
    );
  }

  private update(what: Set<string>): void {
    if (what.has("scene")) {
      this.byKey = new Map(actions(this).map((action) => [action.key, action]));
      this.legend.build();
      this.toolbar.build();
    }
    if (what.has("_painting") && this.session.get("_painting").editable === undefined) this.toolbar.build();
    if (what.has("scene") || what.has("arrangement") || what.has("height")) this.arrange();
    for (const plane of this.planes) if (plane.canvas.isConnected && plane.concerns(what)) plane.draw(what);
    if (this.solid.root.isConnected) this.solid.update(what);
    if (!onlyMoves(what)) {
      this.toolbar.update();
      this.legend.update();
    }
    this.status.update();
  }

  private arrange(): void {
    const { session } = this;
    const arrangement = session.get("arrangement");
    const flat = AXES[arrangement].filter((axis) => worthShowing(axis, session.scene.shape));
    const shown = flat.length || arrangement === "3d" ? flat : [2];
    const solid = arrangement === "grid" || arrangement === "3d";
    this.area.replaceChildren(...shown.map((axis) => this.planes[axis]!.canvas), ...(solid ? [this.solid.root] : []));
    const count = shown.length + (solid ? 1 : 0);
    const columns = count === 4 ? 2 : count;
    this.area.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
    this.area.style.gridAutoRows = `${session.get("height") / (count === 4 ? 1.4 : 1)}px`;
    this.focusFrame(shown.includes(this.current) ? this.current : (shown[0] ?? 2));
  }

  private enlarge(axis: number): void {
    const single = (["sagittal", "coronal", "axial"] as const)[axis]!;
    const now = this.session.get("arrangement");
    if (now !== single) this.restore = now;
    this.session.set("arrangement", now === single ? this.restore : single);
  }

  private focus(axis: number): void {
    this.focusFrame(axis);
    setTimeout(() => this.root.focus({ preventScroll: true }), 0); // Jupyter takes the focus for the cell first
    this.session.tell("marks");
  }

  private focusFrame(axis: number): void {
    this.current = axis;
    const many = this.planes.filter(({ canvas }) => canvas.isConnected).length > 1;
    for (const plane of this.planes) plane.active = many && plane.axis === axis;
  }

  private press(event: KeyboardEvent): void {
    event.stopPropagation(); // else "a" inserts a cell
    const { target } = event;
    if (target instanceof HTMLInputElement && ["search", "number"].includes(target.type)) return;
    const steps = target instanceof HTMLSelectElement || (target instanceof HTMLInputElement && target.type === "range");
    if (steps && event.key.startsWith("Arrow")) return;
    const control = event.ctrlKey || event.metaKey;
    const name = control && event.shiftKey && event.key.toLowerCase() === "z" ? "y" : event.key;
    if (control && !["z", "y", "s"].includes(name.toLowerCase())) return;
    const action = this.byKey.get(
      name.length === 1 ? name.toLowerCase() : name === "Backspace" ? "Delete" : name === "=" ? "+" : name,
    );
    if (!action || (action.edit && this.session.get("_painting").editable === undefined)) return;
    event.preventDefault();
    if (name === "Escape" && this.helping) this.help();
    else action.run();
  }

  private toVoxel(mm: [number, number, number]): Triple {
    const matrix = new DOMMatrix(columnMajor(this.session.scene.about.affine)).inverse();
    const { x, y, z } = new DOMPoint(...mm).matrixTransform(matrix);
    return nearestVoxel([x, y, z], this.session.scene.shape);
  }
}

function onlyMoves(what: Set<string>): boolean {
  return [...what].every((one) => ["voxel", "hover", "marks", "voxels"].includes(one));
}

function worthShowing(axis: number, shape: Triple): boolean {
  return shape.every((n, i) => i === axis || n > 1);
}

function columnMajor(rows: number[]): number[] {
  return rows.map((_, i) => rows[4 * (i % 4) + Math.floor(i / 4)]!);
}

function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
