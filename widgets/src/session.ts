// One widget in this page: its state, its scene, and everything that is drawn from them. Views come and go.
import { editableMask } from "./brush";
import type { Change } from "./change";
import type { Model, Triple } from "./model";
import { Scene } from "./scene";
import type { Samples } from "./samples";
import type { Answer, Wire } from "./transport";

export interface State {
  voxel: Triple;
  window: [number, number];
  visible: string[];
  opacity: number;
  outline: boolean;
  colors: Record<string, string>;
  arrangement: "planes" | "axial" | "coronal" | "sagittal" | "grid" | "3d";
  convention: "radiological" | "neurological";
  compare: "side by side" | "swipe" | "difference";
  swipe: number;
  heat: string | null;
  heat_opacity: number;
  tool: "look" | "window" | "ruler" | "angle" | "brush" | "eraser" | "fill" | "grow";
  active: string | null;
  brush_mm: number;
  brush_3d: boolean;
  hu_range: [number, number] | null;
  locked: string[];
  measurements: { kind: "ruler" | "angle"; axis: number; points: Triple[]; value: number; unit: string }[];
  height: number;
  _painting: Painting;
}

export interface Painting {
  editable?: string[];
  elsewhere?: string;
  undo?: boolean;
  redo?: boolean;
  unsaved?: number;
  offer?: { edits: number; begun: string; structures: string[]; same: boolean } | null;
}

type Key = keyof State;
const KEYS: Key[] = [
  "voxel",
  "window",
  "visible",
  "opacity",
  "outline",
  "colors",
  "arrangement",
  "convention",
  "compare",
  "swipe",
  "heat",
  "heat_opacity",
  "tool",
  "active",
  "brush_mm",
  "brush_3d",
  "hu_range",
  "locked",
  "measurements",
  "height",
  "_painting",
];
const PAUSE = 80; // ms between two messages of state to the kernel
const AT_ONCE = 2; // slabs on their way
const PATIENCE = 6000; // ms that an answer may take
const SILENT =
  "Python does not answer: it is busy, or its kernel has died. What was painted before is on disk; the last stroke is not yet. " +
  "After a restart, run the cell again: it offers the strokes.";
const GONE = "The kernel has stopped. Every confirmed stroke is on disk: run the cell again, and it offers them.";
const ENOUGH = 768e6; // bytes of voxels in a page; beyond it planes still come when they are looked at

export class Session {
  scene!: Scene;
  notice = "";
  hover: Triple | null = null; // the voxel under the pointer
  pending = 0; // strokes that Python has not confirmed
  private readonly changed = new Set<(what: Set<string>) => void>();
  private readonly told = new Set<string>();
  private readonly asked = new Set<string>();
  private readonly unsent = new Set<Key>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;
  private early: Answer[] | null = []; // changes that came while the scene is on its way

  private constructor(
    readonly model: Model,
    readonly wire: Wire,
    readonly bundle: (name: string) => Promise<any>,
  ) {
    for (const key of KEYS) model.on(`change:${key}`, () => this.tell(key));
    model.on("change:_scene", () => {
      this.load().then(
        () => this.tell("scene"),
        (error: Error) => this.say(error.message),
      );
    });
    for (const key of ["locked", "visible", "active"]) {
      model.on(`change:${key}`, () => this.notice !== SILENT && this.say("")); // what was said of it is settled
    }
    wire.hear((told) => this.heard(told));
  }

  static async open(model: Model, wire: Wire, bundle: (name: string) => Promise<any>): Promise<Session> {
    const session = new Session(model, wire, bundle);
    await session.load();
    return session;
  }

  get<K extends Key>(key: K): State[K] {
    return this.model.get<State[K]>(key);
  }

  /** Set state here at once, in Python soon. */
  set<K extends Key>(key: K, value: State[K]): void {
    if (JSON.stringify(this.get(key)) === JSON.stringify(value)) return;
    this.model.set(key, value);
    this.unsent.add(key);
    this.timer ??= setTimeout(() => this.send(), PAUSE);
  }

  /** Send what has been set now: the next message depends on it. */
  send(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.unsent.size) this.model.save_changes();
    this.unsent.clear();
  }

  hear(changed: (what: Set<string>) => void): () => void {
    this.changed.add(changed);
    return () => this.changed.delete(changed);
  }

  /** Something changed: views draw once, in the next frame. */
  tell(what: string): void {
    if (!this.told.size) {
      requestAnimationFrame(() => {
        const all = new Set(this.told);
        this.told.clear();
        for (const changed of this.changed) changed(all);
      });
    }
    this.told.add(what);
  }

  say(notice: string): void {
    this.notice = notice;
    this.tell("notice");
  }

  /** Ask the kernel; a refusal is shown, and undefined returned. */
  async ask(question: Record<string, unknown>, buffers: ArrayBuffer[] = []): Promise<Answer | undefined> {
    this.send();
    const silence = setTimeout(() => this.say(SILENT), PATIENCE);
    try {
      const answer = await this.wire.ask(question, buffers);
      if (this.notice === SILENT) this.say("");
      return answer;
    } catch (refused) {
      const { message } = refused as Error;
      this.say(message.startsWith("Cannot send") ? GONE : message);
      return undefined;
    } finally {
      clearTimeout(silence);
    }
  }

  /** Bring a plane at full resolution, unless it is here or on its way. */
  need(of: string, axis: number, index: number): void {
    const key = `${of} ${axis} ${index}`;
    if (this.asked.has(key)) return;
    this.asked.add(key);
    const samples = this.scene.samples.get(of)!;
    const arrived = this.wire.read({ ask: "plane", of, axis, index }).catch(() => undefined);
    void arrived.then((answer) => {
      this.asked.delete(key);
      if (!answer) return;
      samples.addPlane(axis, index, new Int16Array(answer.parts.get("plane")!));
      this.tell("voxels");
    });
  }

  /** Python painted, undid, or another page did. */
  private heard({ content, parts }: Answer): void {
    if (content["say"] === "notice") this.say(content["words"]);
    if (content["say"] === "change") this.change({ content, parts });
    if (content["say"] !== "edit") return;
    if (this.notice.startsWith("Saved")) this.say("");
    const { structure, value, by, ml, count } = content;
    const row = this.scene.structure(structure);
    if (row) Object.assign(row, { ml, voxels: count });
    if (by !== this.wire.page) editableMask(this, structure).putRuns(new Uint32Array(parts.get("runs")!), value);
    this.tell("edit");
  }

  private change(answer: Answer): void {
    this.early?.push(answer);
    if (!this.scene) return;
    const listed = () => this.scene.about.structures.filter(({ voxels }) => voxels).length;
    const before = listed();
    this.scene.change(answer.content as Change, answer);
    this.tell(listed() === before ? "edit" : "scene"); // the list takes up what was empty
  }

  close(): void {
    this.closed = true;
  }

  private async load(): Promise<void> {
    this.early = [];
    this.scene = await Scene.fetch(this.wire);
    for (const answer of this.early) this.scene.change(answer.content as Change, answer);
    this.early = null;
    for (const [of, samples] of this.scene.samples) {
      for (let i = 0; i < AT_ONCE; i++) void this.complete(of, samples);
    }
  }

  /** Bring slab after slab, nearest to the crosshair first, until all voxels are here. */
  private async complete(of: string, samples: Samples): Promise<void> {
    while (!this.closed && this.scene.samples.get(of) === samples && samples.bytes < ENOUGH) {
      const first = samples.nearestMissing(this.get("voxel")[2], (z) => this.asked.has(`${samples.info.key} ${z}`));
      if (first === undefined) return;
      const key = `${samples.info.key} ${first}`;
      this.asked.add(key);
      const answer = await this.wire.read({ ask: "slab", of, first }).catch(() => undefined);
      this.asked.delete(key);
      if (!answer) return;
      samples.addSlab(first, new Int16Array(answer.parts.get("slab")!));
      this.tell("voxels");
    }
  }
}
