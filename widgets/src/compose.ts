// One plane as pixels, a voxel a pixel, in the array's own order: the canvas turns it to the radiological convention.
import { greys, rgb, shares } from "./levels";
import { type Mask, type MaskSlice, planeAxes } from "./mask";
import type { Samples } from "./samples";
import type { Session } from "./session";

const [BOTH, FIRST, SECOND] = ["#2aa35c", "#e69f00", "#56b4e9"] as const; // told apart with any colour vision
const [LOWER, HIGHER] = ["#2c7bb6", "#d7191c"] as const;

export type Source = "first" | "second" | "difference";

export interface Outline {
  mask: Mask;
  color: string;
  name: string;
}

export interface Composed {
  pixels: ImageData;
  outlines: Outline[];
  exact: boolean;
}

export function compose(session: Session, source: Source, axis: number, index: number): Composed {
  const { scene } = session;
  const ct = (source === "second" && scene.samples.get("other")) || scene.ct;
  const slice = ct === scene.ct ? scene.slice(axis, index) : ct.slice(axis, index);
  if (!slice.exact) session.need(ct === scene.ct ? "ct" : "other", axis, index);
  const [across, down] = planeAxes(axis);
  const pixels = new ImageData(scene.shape[across]!, scene.shape[down]!);
  const table = levels(session, ct);
  const words = new Uint32Array(pixels.data.buffer);
  const codes = slice.codes;
  for (let i = 0; i < words.length; i++) words[i] = table[codes[i]! + 32768]!;
  if (source === "difference" && scene.samples.has("other")) subtract(session, pixels.data, codes, axis, index);
  if (source !== "second") heat(session, pixels.data, axis, index);
  const outlines =
    source === "difference" ? disagreements(session, pixels, axis, index) : structures(session, source, pixels, axis, index);
  return { pixels, outlines, exact: slice.exact };
}

const tables = new WeakMap<Samples, { window: string; table: Uint32Array }>();

function levels(session: Session, samples: Samples): Uint32Array {
  const window = session.get("window").join();
  let known = tables.get(samples);
  if (known?.window !== window) tables.set(samples, (known = { window, table: greys(session.get("window"), samples.info) }));
  return known.table;
}

/** The heat map that is shown: more opaque where it is higher. */
function heat(session: Session, data: Uint8ClampedArray, axis: number, index: number): void {
  const about = session.scene.about.heats.find((one) => one.name === session.get("heat"));
  if (!about) return;
  const samples = session.scene.samples.get(`heat:${about.name}`)!;
  const slice = samples.slice(axis, index);
  if (!slice.exact) session.need(`heat:${about.name}`, axis, index);
  const table = shares(about.low, about.high, samples.info);
  const colors = session.scene.about.heat_colors;
  const opacity = session.get("heat_opacity") / 255;
  for (let i = 0; i < slice.codes.length; i++) {
    const share = table[slice.codes[i]! + 32768]!;
    if (share) blend(data, 4 * i, colors[3 * share]!, colors[3 * share + 1]!, colors[3 * share + 2]!, share * opacity);
  }
}

/** Red where the second CT is brighter, blue where it is darker; full colour at half the window's width. */
function subtract(session: Session, data: Uint8ClampedArray, codes: Int16Array, axis: number, index: number): void {
  const { ct, samples } = session.scene;
  const other = samples.get("other")!;
  const slice = other.slice(axis, index);
  if (!slice.exact) session.need("other", axis, index);
  const full = session.get("window")[1] / 2;
  const [lower, higher] = [rgb(LOWER), rgb(HIGHER)];
  for (let i = 0; i < codes.length; i++) {
    const difference = other.value(slice.codes[i]!) - ct.value(codes[i]!);
    if (difference) blend(data, 4 * i, ...(difference > 0 ? higher : lower), Math.min(1, Math.abs(difference) / full));
  }
}

/** What the colours of a difference mean. */
export function differenceKey({ scene }: Session): [string, string][] {
  const { other, name, other_structures } = scene.about;
  const cts: [string, string][] = [
    ["#f46d43", `${other} brighter`],
    ["#74add1", "darker"],
  ];
  const labels: [string, string][] = [
    [BOTH, "both"],
    [FIRST, `only ${name}`],
    [SECOND, `only ${other}`],
  ];
  return [...(scene.samples.has("other") ? cts : []), ...(other_structures ? labels : [])];
}

/** Where two label maps agree, and where only one of them has the structure. */
function disagreements(session: Session, pixels: ImageData, axis: number, index: number): Outline[] {
  const { scene } = session;
  const outlines: Outline[] = [];
  for (const name of scene.about.other_structures ? session.get("visible") : []) {
    const [first, second] = [scene.masks.get(name), scene.otherMasks.get(name)];
    if (first) outlines.push({ mask: first, color: FIRST, name });
    if (second) outlines.push({ mask: second, color: SECOND, name });
    const slices = [first?.slice(axis, index), second?.slice(axis, index)];
    for (const [k, slice] of slices.entries()) {
      if (!slice) continue;
      const other = (k === 0 ? second : first)?.slice(axis, index);
      slice.on.forEach((on, i) => {
        if (!on) return;
        const a = slice.left + (i % slice.width);
        const d = slice.top + Math.floor(i / slice.width);
        const agreed = other ? onAt(other, a, d) : false;
        if (agreed && k === 1) return; // drawn with the first
        const color = rgb(agreed ? BOTH : k === 0 ? FIRST : SECOND);
        blend(pixels.data, 4 * (d * pixels.width + a), ...color, agreed ? 0.35 : 0.6);
      });
    }
  }
  return outlines;
}

function onAt(slice: MaskSlice, a: number, d: number): boolean {
  const [x, y] = [a - slice.left, d - slice.top];
  return x >= 0 && y >= 0 && x < slice.width && y < slice.height && slice.on[y * slice.width + x] === 1;
}

function structures(session: Session, source: Source, pixels: ImageData, axis: number, index: number): Outline[] {
  const { scene } = session;
  const visible = new Set(session.get("visible"));
  const second = source === "second" && scene.about.other_structures !== null;
  const masks = second ? scene.otherMasks : scene.masks;
  const outlines: Outline[] = [];
  for (const { name, color } of scene.drawn) {
    const mask = visible.has(name) ? masks.get(name) : undefined;
    if (!mask) continue;
    const shown = session.get("colors")[name] ?? color;
    tint(pixels, mask, axis, index, shown, session.get("opacity"));
    outlines.push({ mask, color: shown, name });
  }
  return outlines;
}

function tint({ data, width }: ImageData, mask: Mask, axis: number, index: number, color: string, opacity: number): void {
  const slice = opacity > 0 ? mask.slice(axis, index) : null;
  if (!slice) return;
  const [r, g, b] = rgb(color);
  for (let d = 0; d < slice.height; d++) {
    let at = 4 * ((slice.top + d) * width + slice.left);
    for (let a = 0; a < slice.width; a++, at += 4) {
      if (!slice.on[d * slice.width + a]) continue;
      blend(data, at, r, g, b, opacity);
    }
  }
}

function blend(data: Uint8ClampedArray, at: number, r: number, g: number, b: number, share: number): void {
  data[at]! += (r - data[at]!) * share;
  data[at + 1]! += (g - data[at + 1]!) * share;
  data[at + 2]! += (b - data[at + 2]!) * share;
}
