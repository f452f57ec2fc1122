// What the pointer does on a plane: by tool with the left button; the others, the wheel and Shift work with every tool.
import { Stroke } from "./brush";
import { measured } from "./marks";
import type { Triple } from "./model";
import type { Plane } from "./plane";
import { PLANES } from "./plane";
import type { Session, State } from "./session";
import { nearestVoxel, type Viewport } from "./viewport";

type Drag = (event: PointerEvent, x: number, y: number) => void;

const DIVIDER = 8; // CSS pixels around the line of a swipe
const STEP = 40; // of the wheel, for one slice

export class Pointer {
  private drag: Drag | null = null;
  private lift: (() => void) | null = null;
  private wheel = 0;
  private corners: Triple[] = []; // of an angle that is being drawn

  constructor(
    private readonly session: Session,
    private readonly plane: Plane,
    private readonly focus: () => void,
    enlarge: () => void,
  ) {
    const { canvas } = plane;
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", () => this.up());
    canvas.addEventListener("pointercancel", () => this.up());
    canvas.addEventListener("pointerleave", () => this.leave());
    canvas.addEventListener("wheel", (event) => this.turn(event), { passive: false });
    canvas.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      event.stopPropagation(); // JupyterLab has a menu of its own for cells
    });
    canvas.addEventListener("dblclick", () => session.get("tool") === "look" && enlarge());
  }

  /** Scroll by whole slices. */
  step(slices: number): void {
    const voxel = [...this.session.get("voxel")] as Triple;
    voxel[this.plane.axis]! += slices;
    this.session.set("voxel", nearestVoxel(voxel, this.session.scene.shape));
  }

  private down(event: PointerEvent): void {
    this.plane.canvas.setPointerCapture(event.pointerId);
    this.focus();
    const [x, y] = [event.offsetX, event.offsetY];
    const view = this.plane.under(x);
    if (event.button === 1 || (event.button === 0 && event.shiftKey)) this.drag = this.shift();
    else if (event.button === 2) this.drag = this.level();
    else if (this.nearDivider(x)) this.drag = (_, at) => this.session.set("swipe", clamp(at / this.plane.canvas.clientWidth));
    else this.begin(view, x, y);
    event.preventDefault();
  }

  private begin(view: Viewport, x: number, y: number): void {
    const { session } = this;
    const tool = session.get("tool");
    const place = this.place(view, x, y);
    if (tool === "window") this.drag = this.level();
    else if (tool === "ruler") this.ruler(view, place);
    else if (tool === "angle") this.corner(place);
    else if (tool === "brush" || tool === "eraser") this.stroke(view, place, tool === "eraser");
    else if (tool === "fill" || tool === "grow") void this.whole(tool, place);
    else this.look(view, place);
  }

  private look(view: Viewport, place: Triple): void {
    const { session } = this;
    const start = nearestVoxel(place, session.scene.shape);
    let moved = false;
    session.set("voxel", start);
    this.drag = (_, x, y) => {
      const here = nearestVoxel(this.place(view, x, y), session.scene.shape);
      moved ||= here.join() !== start.join();
      session.set("voxel", here);
    };
    this.lift = () => {
      session.send();
      if (!moved) session.wire.say({ say: "click", voxel: start });
    };
  }

  private stroke(view: Viewport, place: Triple, erase: boolean): void {
    const stroke = Stroke.begin(this.session, erase, this.plane.axis);
    if (!stroke) return;
    stroke.moveTo(place);
    this.drag = (event, x, y) => {
      const moves = event.getCoalescedEvents?.() ?? [];
      for (const one of moves.length ? moves : [event]) {
        stroke.moveTo(this.place(view, one.offsetX ?? x, one.offsetY ?? y));
      }
    };
    this.lift = () => void stroke.end();
  }

  private async whole(tool: "fill" | "grow", place: Triple): Promise<void> {
    const { session } = this;
    const seed = nearestVoxel(place, session.scene.shape);
    const structure = session.get("active");
    session.set("voxel", seed);
    if (tool === "fill") await session.ask({ ask: "fill", structure, plane: PLANES[this.plane.axis], index: this.plane.index });
    else await session.ask({ ask: "grow", structure, seed, hu: session.get("hu_range") });
  }

  private ruler(view: Viewport, start: Triple): void {
    this.drag = (_, x, y) => this.draft("ruler", [start, this.place(view, x, y)], "mm");
    this.lift = () => this.finish();
  }

  private corner(place: Triple): void {
    this.corners.push(place);
    if (this.corners.length === 3) {
      this.draft("angle", this.corners, "°");
      this.finish();
    }
  }

  private draft(kind: "ruler" | "angle", points: Triple[], unit: string): void {
    const value = points.length === 3 || kind === "ruler" ? measured(this.session, points) : 0;
    this.plane.draft = { kind, axis: this.plane.axis, points, value, unit };
    this.session.tell("marks");
  }

  private finish(): void {
    const { draft } = this.plane;
    this.corners = [];
    this.plane.draft = null;
    if (draft && draft.value > 0) this.session.set("measurements", [...this.session.get("measurements"), draft]);
  }

  private move(event: PointerEvent): void {
    const [x, y] = [event.offsetX, event.offsetY];
    const tool = this.session.get("tool");
    this.plane.brush = tool === "brush" || tool === "eraser" ? { x, y } : null;
    this.plane.canvas.style.cursor = this.plane.brush ? "none" : this.nearDivider(x) ? "ew-resize" : CURSORS[tool];
    this.drag?.(event, x, y);
    if (tool !== "angle" && this.corners.length) {
      this.corners = [];
      this.plane.draft = null;
    }
    if (this.corners.length) this.draft("angle", [...this.corners, this.place(this.plane.under(x), x, y)], "°");
    this.session.hover = nearestVoxel(this.place(this.plane.under(x), x, y), this.session.scene.shape);
    this.session.tell("hover");
  }

  private up(): void {
    this.lift?.();
    this.drag = this.lift = null;
    this.focus();
  }

  private leave(): void {
    this.plane.brush = null;
    this.session.hover = null;
    this.session.tell("hover");
  }

  private turn(event: WheelEvent): void {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) {
      this.zoom(Math.exp(-event.deltaY / 300), [event.offsetX, event.offsetY]);
      return;
    }
    this.wheel += event.deltaMode === 0 ? event.deltaY : event.deltaY * STEP;
    const slices = Math.trunc(this.wheel / STEP);
    this.wheel -= slices * STEP;
    if (slices) this.step(-slices);
  }

  /** Zoom about a place on the canvas, or the middle. */
  zoom(factor: number, about?: [number, number]): void {
    const { camera } = this.plane;
    const zoom = Math.min(20, Math.max(0.5, camera.zoom * factor));
    if (about) {
      const { left, top, width, height } = this.plane.under(about[0]).rect;
      const away = [about[0] - left - width / 2, about[1] - top - height / 2];
      camera.shift = camera.shift.map((v, i) => v + away[i]! * (1 / zoom - 1 / camera.zoom)) as [number, number];
    }
    camera.zoom = zoom;
    this.session.tell("marks");
  }

  private shift(): Drag {
    const { camera } = this.plane;
    return (event) => {
      camera.shift = [camera.shift[0] + event.movementX / camera.zoom, camera.shift[1] + event.movementY / camera.zoom];
      this.session.tell("marks");
    };
  }

  /** Drag to window: across changes the width, down the centre. */
  private level(): Drag {
    const { session } = this;
    return (event) => {
      const [centre, width] = session.get("window");
      const speed = Math.max(1, width / 300);
      session.set("window", [
        Math.round(centre + event.movementY * speed),
        Math.max(1, Math.round(width + event.movementX * speed)),
      ]);
    };
  }

  private nearDivider(x: number): boolean {
    const swiping = this.session.scene.about.other && this.session.get("compare") === "swipe";
    return Boolean(swiping) && Math.abs(x - this.session.get("swipe") * this.plane.canvas.clientWidth) < DIVIDER;
  }

  private place(view: Viewport, x: number, y: number): Triple {
    return view.toVoxel(view.toPlane(x, y), this.plane.index);
  }
}

const CURSORS: Record<State["tool"], string> = {
  look: "crosshair",
  window: "move",
  ruler: "crosshair",
  angle: "crosshair",
  brush: "none",
  eraser: "none",
  fill: "cell",
  grow: "cell",
};

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}
