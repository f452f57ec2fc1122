// The 3-D pane: NiiVue in a bundle of its own, fetched when somebody first opens it.
import type { Pane, Scene as Bodies } from "./engine";
import { h, select } from "./dom";
import { rgb } from "./levels";
import type { Session } from "./session";

type Mode = Parameters<Pane["setMode"]>[0];
const MODES: [Mode, string][] = [
  ["organs", "organs"],
  ["both", "organs in the body"],
  ["ct", "CT"],
];
const PICTURE = new Set(["visible", "colors"]);

export class Solid {
  readonly root = h("div", { className: "atlas-solid" });
  private pane: Pane | undefined;
  private opening: Promise<void> | undefined;
  private scene: Bodies | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly session: Session,
    private readonly pick: (mm: [number, number, number]) => void,
  ) {}

  /** Draw what changed; the first call fetches the engine. */
  update(what: Set<string>): void {
    if (!this.pane) {
      this.opening ??= this.open();
      return;
    }
    if (what.has("scene")) this.pane.setScene(this.bodies());
    else if (what.has("edit")) this.later();
    if ([...what].some((one) => PICTURE.has(one))) this.pane.setVisible(this.visible(), this.colors());
    if (what.has("window")) this.pane.setWindow(this.window());
    if (what.has("voxel")) this.pane.setCrosshair(this.session.scene.toMm(this.session.get("voxel")));
    if (what.has("size")) this.pane.redraw();
  }

  png(): Promise<Blob> | undefined {
    return this.pane?.png();
  }

  destroy(): void {
    clearTimeout(this.timer);
    this.pane?.destroy();
    this.pane = undefined;
  }

  private async open(): Promise<void> {
    const words = h("div", { className: "atlas-still" }, "Loading the 3-D engine…");
    this.root.replaceChildren(words);
    try {
      const engine = (await this.session.bundle("engine")) as typeof import("./engine");
      const place = h("div", { className: "atlas-solid-place" });
      const modes = select("What the 3-D view shows", MODES, (mode) => this.pane?.setMode(mode as Mode));
      modes.className = "atlas-solid-mode";
      this.root.append(place, modes);
      this.pane = await engine.createPane(place, this.bodies(), this.pick);
      this.pane.setCrosshair(this.session.scene.toMm(this.session.get("voxel")));
      words.remove();
    } catch (refused) {
      this.root.replaceChildren(words);
      words.textContent = `${(refused as Error).message} The planes work without it.`;
    }
  }

  /** Surfaces follow the brush once it rests. */
  private later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.pane?.setScene(this.bodies()), 600);
  }

  /** The scene on its coarse grid. */
  private bodies(): Bodies {
    const { scene } = this.session;
    const { stride, whole } = scene.ct.info;
    const [sx, sy, sz] = stride;
    const shape = scene.shape.map((n, i) => Math.ceil(n / stride[i]!)) as [number, number, number];
    const [nx, ny, nz] = shape;
    const ids = new Uint8Array(nx * ny * nz);
    scene.drawn.slice(0, 255).forEach(({ name }, k) => {
      const mask = scene.masks.get(name)!;
      const [x0, x1, y0, y1, z0, z1] = mask.box;
      for (let z = Math.ceil(z0 / sz); z * sz < z1; z++) {
        for (let y = Math.ceil(y0 / sy); y * sy < y1; y++) {
          for (let x = Math.ceil(x0 / sx); x * sx < x1; x++) {
            if (mask.has(x * sx, y * sy, z * sz)) ids[x + nx * (y + ny * z)] = k + 1;
          }
        }
      }
    });
    const affine = [...scene.about.affine];
    for (let row = 0; row < 3; row++) stride.forEach((step, column) => (affine[4 * row + column]! *= step));
    const ct = whole ? scene.ct.coarse : Int16Array.from(scene.ct.coarse, (code) => scene.ct.value(code) || 0);
    this.scene = { shape, affine, ct, ids, colors: this.colors(), visible: this.visible(), window: this.window() };
    return this.scene;
  }

  private colors(): [number, number, number][] {
    return this.session.scene.drawn.slice(0, 255).map(({ name, color }) => rgb(this.session.get("colors")[name] ?? color));
  }

  private visible(): boolean[] {
    const visible = new Set(this.session.get("visible"));
    return this.session.scene.drawn.slice(0, 255).map(({ name }) => visible.has(name));
  }

  private window(): [number, number] {
    const [centre, width] = this.session.get("window");
    return [centre - width / 2, centre + width / 2];
  }
}
