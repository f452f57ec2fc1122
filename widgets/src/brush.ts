// A stroke: voxels change here at once, go to Python as runs when the pointer lifts, and come back if Python refuses them.
import { type Mask, runsOf } from "./mask";
import type { Triple } from "./model";
import type { Session } from "./session";

export class Stroke {
  private readonly touched: number[] = [];
  private readonly mask: Mask;
  private readonly others: Mask[];
  private last: Triple | undefined;

  private constructor(
    private readonly session: Session,
    private readonly structure: string,
    private readonly value: boolean,
    private readonly axis: number,
  ) {
    this.mask = editableMask(session, structure);
    const locked = session.get("locked").filter((name) => name !== structure);
    this.others = locked.map((name) => session.scene.masks.get(name)!);
  }

  /** A stroke on the structure that is being edited, or a word on why there is none. */
  static begin(session: Session, erase: boolean, axis: number): Stroke | null {
    const structure = session.get("active");
    if (structure === null) return null;
    if (session.get("_painting").offer) session.say("There are unsaved strokes from before: restore or discard them first.");
    else if (session.get("locked").includes(structure))
      session.say(`${structure} is locked: unlock it in the list to paint on it.`);
    else if (!session.get("visible").includes(structure))
      session.say(`${structure} is hidden: show it in the list to paint on it.`);
    else return new Stroke(session, structure, !erase, axis);
    return null;
  }

  /** Paint from the last place to this one (voxels, not rounded). */
  moveTo(place: Triple): void {
    const from = this.last ?? place;
    const { spacing } = this.session.scene.about;
    const length = Math.hypot(...place.map((v, i) => (v - from[i]!) * spacing[i]!));
    const steps = Math.max(1, Math.ceil(length / Math.max(this.session.get("brush_mm") / 4, Math.min(...spacing))));
    for (let k = this.last ? 1 : 0; k <= steps; k++) this.stamp(from.map((v, i) => v + ((place[i]! - v) * k) / steps) as Triple);
    this.last = place;
    this.mask.version++;
    this.session.tell("edit");
  }

  /** Send what changed; resolves when it is on disk, after taking back what Python did not accept. */
  async end(): Promise<void> {
    if (!this.touched.length) return;
    const runs = runsOf(this.touched.sort((a, b) => a - b));
    const { session, structure, value } = this;
    session.pending++;
    const answer = await session.ask(
      { ask: "edit", structure, value, hu: session.get("hu_range"), action: value ? "paint" : "erase" },
      [runs.buffer],
    );
    session.pending--;
    const refused = answer ? new Uint32Array(answer.parts.get("refused") ?? new ArrayBuffer(0)) : runs;
    if (refused.length) this.mask.putRuns(refused, !value);
    session.tell("edit");
  }

  private stamp(centre: Triple): void {
    const { scene } = this.session;
    const { spacing } = scene.about;
    const radius = this.session.get("brush_mm") / 2;
    const reach = centre.map((v, i) => {
      const flat = i === this.axis && !this.session.get("brush_3d");
      const r = flat ? 0 : radius / spacing[i]!;
      return [Math.max(0, Math.round(v - r)), Math.min(scene.shape[i]! - 1, Math.round(v + r))];
    });
    const [nx, ny] = scene.shape;
    const nearest = centre.map(Math.round);
    for (let z = reach[2]![0]!; z <= reach[2]![1]!; z++) {
      for (let y = reach[1]![0]!; y <= reach[1]![1]!; y++) {
        for (let x = reach[0]![0]!; x <= reach[0]![1]!; x++) {
          const here = x === nearest[0] && y === nearest[1] && z === nearest[2];
          const away = Math.hypot(...[x, y, z].map((v, i) => (v - centre[i]!) * spacing[i]!));
          if (here || away <= radius) this.touch(x, y, z, x + nx * (y + ny * z));
        }
      }
    }
  }

  private touch(x: number, y: number, z: number, at: number): void {
    if (this.mask.bit(at) === this.value) return;
    const range = this.session.get("hu_range");
    if (range) {
      const { value, exact } = this.session.scene.ct.at(x, y, z);
      if (exact && !(value >= range[0] && value <= range[1])) return; // Python refuses the others, if it must
    }
    if (this.others.some((mask) => mask.has(x, y, z))) return;
    this.mask.put(at, this.value);
    this.touched.push(at);
  }
}

/** The mask of a structure as one that can be painted on. */
export function editableMask({ scene }: Session, name: string): Mask {
  let mask = scene.masks.get(name)!;
  if (!mask.whole) scene.masks.set(name, (mask = mask.editable(scene.shape)));
  return mask;
}
