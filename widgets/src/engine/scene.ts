export type Vector = [number, number, number];
export type Mode = "organs" | "ct" | "both";

/** What a pane shows; arrays are x fastest, in RAS+. */
export interface Scene {
  shape: Vector; // voxels of this coarse grid
  affine: number[]; // 16 numbers, row-major, voxel → RAS mm
  ct: Int16Array; // HU
  ids: Uint8Array; // 0 = nothing, else one more than the index into colors
  colors: Vector[]; // 0-255
  visible: boolean[];
  window: [number, number]; // lowest and highest HU shown
}

export interface Pane {
  /** Another case, or edited ids: only what differs is built again. */
  setScene(scene: Scene): void;
  setVisible(visible: boolean[], colors: Vector[]): void;
  setMode(mode: Mode): void;
  setWindow(window: [number, number]): void;
  setCrosshair(mm: Vector): void;
  png(): Promise<Blob>;
  redraw(): void;
  destroy(): void;
}

export function sameCt(a: Scene, b: Scene): boolean {
  if (a.shape.join() !== b.shape.join() || a.affine.join() !== b.affine.join()) return false;
  return a.ct === b.ct || a.ct.every((value, i) => value === b.ct[i]);
}

/** The browser gives no WebGL2; the message is for the person at the screen. */
export class NoWebGL extends Error {
  override name = "NoWebGL";
}
