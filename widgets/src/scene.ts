// What one viewer shows, as the page holds it.
import { type Change, Patch } from "./change";
import { type Box, Mask, planeAxes } from "./mask";
import type { Triple } from "./model";
import { keep, shared } from "./page";
import { Samples, type SamplesInfo, type Slice } from "./samples";
import type { Answer, Wire } from "./transport";

export interface Structure {
  name: string;
  display: string;
  color: string;
  group: string;
  ml: number;
  voxels: number;
  status: string;
  key: string;
  box: Box;
}

export interface Finding {
  label: string;
  color: string;
  low: Triple; // voxel coordinates
  high: Triple;
}

interface Described {
  name: string;
  affine: number[];
  spacing: Triple;
  samples: Record<string, SamplesInfo>;
  structures: Structure[];
  heats: { name: string; low: number; high: number }[];
  other: string;
  other_structures: Structure[] | null;
  boxes: Finding[];
  presets: [string, number, number][];
  heat_colors: number[];
  change?: Change;
}

export class Scene {
  readonly shape: Triple;
  readonly samples = new Map<string, Samples>();
  readonly masks = new Map<string, Mask>();
  readonly otherMasks = new Map<string, Mask>();
  private patch: Patch | null = null;
  private readonly changes = new Map<string, number>(); // which one is seen

  private constructor(readonly about: Described) {
    this.shape = about.samples["ct"]!.shape;
  }

  static async fetch(wire: Wire): Promise<Scene> {
    const held = [...shared().voxels].map(([key, ref]) => [key, ref.deref()] as const).filter(([, value]) => value);
    const answer = await wire.read({ ask: "scene", have: held.map(([key]) => key) });
    const scene = new Scene(answer.content["scene"]);
    const known = new Map(held);
    for (const [of, info] of Object.entries(scene.about.samples)) {
      scene.samples.set(of, (known.get(info.key) as Samples | undefined) ?? arrived(of, info, answer));
    }
    fill(scene.masks, "mask", scene.about.structures, known, answer);
    fill(scene.otherMasks, "other", scene.about.other_structures ?? [], known, answer);
    const { change } = scene.about;
    if (change) {
      scene.change(change, answer);
      for (const { name } of scene.about.structures) scene.changes.set(`mask ${name}`, change.number); // as they are now
    }
    return scene;
  }

  /** Take over what Python has changed; of voxels and of each mask the newest stays. */
  change({ number, box, structures }: Change, { parts }: Answer): void {
    const newer = (what: string) => number > (this.changes.get(what) ?? -1) && this.changes.set(what, number);
    if (box && newer("voxels")) this.patch = new Patch(box, new Int16Array(parts.get("voxels")!));
    for (const row of structures) {
      if (!newer(`mask ${row.name}`)) continue;
      this.masks.set(row.name, Mask.packed(row.box, new Uint8Array(parts.get(`mask ${row.name}`)!)));
      Object.assign(this.structure(row.name)!, row);
    }
  }

  get ct(): Samples {
    return this.samples.get("ct")!;
  }

  /** A plane of the CT as it is now. */
  slice(axis: number, index: number): Slice {
    const slice = this.ct.slice(axis, index);
    return this.patch?.over(slice, axis, index, this.shape[planeAxes(axis)[0]]!) ?? slice;
  }

  /** The CT's value at a voxel as it is now. */
  value(voxel: Triple): { value: number; exact: boolean } {
    const code = this.patch?.at(voxel);
    return code === undefined ? this.ct.at(...voxel) : { value: this.ct.value(code), exact: true };
  }

  /** Structures in the order in which they are drawn: large before small. */
  get drawn(): Structure[] {
    return [...this.about.structures].sort((a, b) => b.voxels - a.voxels);
  }

  structure(name: string): Structure | undefined {
    return this.about.structures.find((row) => row.name === name);
  }

  /** Voxel (not necessarily whole) → RAS+ mm. */
  toMm([x, y, z]: Triple): Triple {
    const m = this.about.affine;
    return [0, 4, 8].map((r) => m[r]! * x + m[r + 1]! * y + m[r + 2]! * z + m[r + 3]!) as Triple;
  }

  /** Names of the structures at a voxel. */
  at(voxel: Triple): string[] {
    return this.about.structures.filter((row) => this.masks.get(row.name)?.has(...voxel)).map((row) => row.name);
  }

  /** A voxel to look at for a structure: in the middle of its largest axial slice, nearest to that slice's centre. */
  centre(name: string): Triple | undefined {
    const mask = this.masks.get(name);
    if (!mask) return undefined;
    let best = { count: 0, voxel: undefined as Triple | undefined };
    for (let z = mask.box[4]; z < mask.box[5]; z++) {
      const slice = mask.slice(2, z);
      const count = slice ? slice.on.reduce((sum, on) => sum + on, 0) : 0;
      if (slice && count > best.count) best = { count, voxel: [...middle(slice), z] };
    }
    return best.voxel;
  }
}

function middle(slice: { left: number; top: number; width: number; on: Uint8Array }): [number, number] {
  const inside: [number, number][] = [];
  slice.on.forEach((on, i) => on && inside.push([slice.left + (i % slice.width), slice.top + Math.floor(i / slice.width)]));
  const [x, y] = [0, 1].map((k) => inside.reduce((sum, at) => sum + at[k]!, 0) / inside.length) as [number, number];
  const away = (at: [number, number]) => (at[0] - x) ** 2 + (at[1] - y) ** 2;
  return inside.reduce((near, at) => (away(at) < away(near) ? at : near));
}

function arrived(of: string, info: SamplesInfo, answer: Answer): Samples {
  const samples = new Samples(info, new Int16Array(answer.parts.get(`coarse ${of}`)!));
  for (const [name, codes] of answer.parts) {
    const words = name.split(" ");
    if (words[0] !== "plane" || words.slice(1, -2).join(" ") !== of) continue;
    samples.addPlane(Number(words.at(-2)), Number(words.at(-1)), new Int16Array(codes));
  }
  return keep(info.key, samples);
}

function fill(masks: Map<string, Mask>, kind: string, rows: Structure[], known: Map<string, unknown>, answer: Answer): void {
  for (const row of rows) {
    const have = known.get(row.key) as Mask | undefined;
    masks.set(row.name, have ?? keep(row.key, Mask.packed(row.box, new Uint8Array(answer.parts.get(`${kind} ${row.name}`)!))));
  }
}
