// Voxels in the page: a coarse grid at once, planes at full resolution where somebody looks, slabs until all is there.
import { planeAxes } from "./mask";
import type { Triple } from "./model";

export interface SamplesInfo {
  key: string;
  shape: Triple;
  stride: Triple;
  slab: number;
  slope: number;
  inter: number;
  whole: boolean; // codes are values, and none of them means "not a number"
}

export interface Slice {
  codes: Int16Array; // the lower axis fastest
  exact: boolean; // or enlarged from the coarse grid
}

const KEPT_PLANES = 48;
const NOT_A_NUMBER = -32768;

export class Samples {
  private readonly slabs: (Int16Array | undefined)[];
  private readonly planes = new Map<string, Int16Array>(); // the least recently used first
  private readonly coarseShape: Triple;
  private missing: number;

  constructor(
    readonly info: SamplesInfo,
    readonly coarse: Int16Array,
  ) {
    this.coarseShape = info.shape.map((n, i) => Math.ceil(n / info.stride[i]!)) as Triple;
    this.slabs = new Array(Math.ceil(info.shape[2] / info.slab)).fill(undefined);
    this.missing = this.slabs.length;
    if (info.stride.every((step) => step === 1)) {
      const size = info.shape[0] * info.shape[1] * info.slab;
      this.slabs.forEach((_, i) => (this.slabs[i] = coarse.subarray(i * size, (i + 1) * size)));
      this.missing = 0;
    }
  }

  get complete(): boolean {
    return this.missing === 0;
  }

  /** Share of the full resolution that has arrived, 0-1. */
  get progress(): number {
    return 1 - this.missing / this.slabs.length;
  }

  get bytes(): number {
    return this.coarse.byteLength + this.slabs.reduce((sum, slab) => sum + (slab?.byteLength ?? 0), 0);
  }

  /** First slice of the slab nearest to slice z that has not arrived and is not `coming`. */
  nearestMissing(z: number, coming: (first: number) => boolean): number | undefined {
    const here = Math.floor(z / this.info.slab);
    for (let away = 0; away < this.slabs.length; away++) {
      for (const i of [here - away, here + away]) {
        const first = i * this.info.slab;
        if (i >= 0 && i < this.slabs.length && this.slabs[i] === undefined && !coming(first)) return first;
      }
    }
    return undefined;
  }

  addSlab(first: number, codes: Int16Array): void {
    const i = first / this.info.slab;
    if (this.slabs[i] === undefined) this.missing--;
    this.slabs[i] = codes;
    if (this.complete) this.planes.clear();
  }

  addPlane(axis: number, index: number, codes: Int16Array): void {
    this.planes.set(`${axis} ${index}`, codes);
    if (this.planes.size > KEPT_PLANES) this.planes.delete(this.planes.keys().next().value!);
  }

  value(code: number): number {
    return code === NOT_A_NUMBER && !this.info.whole ? NaN : code * this.info.slope + this.info.inter;
  }

  /** The value at a voxel, and whether it is that voxel's own. */
  at(x: number, y: number, z: number): { value: number; exact: boolean } {
    const [nx, ny] = this.info.shape;
    const slab = this.slabs[Math.floor(z / this.info.slab)];
    if (slab) return { value: this.value(slab[x + nx * (y + ny * (z % this.info.slab))]!), exact: true };
    const plane = this.planes.get(`2 ${z}`);
    if (plane) return { value: this.value(plane[x + nx * y]!), exact: true };
    const [i, j, k] = this.toCoarse(x, y, z);
    return { value: this.value(this.coarse[i + this.coarseShape[0] * (j + this.coarseShape[1] * k)]!), exact: false };
  }

  /** One plane across `axis`, at the best resolution there is. */
  slice(axis: number, index: number): Slice {
    const [nx, ny, nz] = this.info.shape;
    const plane = this.planes.get(`${axis} ${index}`);
    if (plane) {
      this.planes.delete(`${axis} ${index}`);
      this.planes.set(`${axis} ${index}`, plane);
      return { codes: plane, exact: true };
    }
    const depth = this.info.slab;
    if (axis === 2) {
      const slab = this.slabs[Math.floor(index / depth)];
      const at = (index % depth) * nx * ny;
      return slab ? { codes: slab.subarray(at, at + nx * ny), exact: true } : this.enlarged(2, index);
    }
    const across = axis === 0 ? ny : nx;
    const codes = this.complete ? new Int16Array(across * nz) : this.enlarged(axis, index).codes;
    for (let z = 0; z < nz; z++) {
      const slab = this.slabs[Math.floor(z / depth)];
      if (!slab) continue;
      const at = (z % depth) * nx * ny;
      if (axis === 1) codes.set(slab.subarray(at + nx * index, at + nx * index + nx), z * across);
      else for (let y = 0; y < ny; y++) codes[z * across + y] = slab[at + index + nx * y]!;
    }
    return { codes, exact: this.complete };
  }

  private toCoarse(x: number, y: number, z: number): Triple {
    return [x, y, z].map((v, i) => Math.min(Math.round(v / this.info.stride[i]!), this.coarseShape[i]! - 1)) as Triple;
  }

  private enlarged(axis: number, index: number): Slice {
    const [across, down] = planeAxes(axis);
    const width = this.info.shape[across]!;
    const height = this.info.shape[down]!;
    const steps = [1, this.coarseShape[0], this.coarseShape[0] * this.coarseShape[1]];
    const near = (v: number, i: number) => Math.min(Math.round(v / this.info.stride[i]!), this.coarseShape[i]! - 1) * steps[i]!;
    const columns = Array.from({ length: width }, (_, a) => near(a, across));
    const codes = new Int16Array(width * height);
    for (let d = 0; d < height; d++) {
      const row = near(index, axis) + near(d, down);
      for (let a = 0; a < width; a++) codes[d * width + a] = this.coarse[row + columns[a]!]!;
    }
    return { codes, exact: false };
  }
}
