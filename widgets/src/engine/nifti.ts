import type { Scene } from "./scene";

const HEADER = 352;
const INT16 = 4;
const SCANNER = 1;

/** The CT as an uncompressed NIfTI-1 file, the one thing in memory that NiiVue reads. */
export function nifti({ ct, shape, affine }: Scene): ArrayBuffer {
  const file = new ArrayBuffer(HEADER + ct.byteLength);
  const header = new DataView(file, 0, HEADER);
  const shorts = (at: number, ...values: number[]) => values.forEach((v, i) => header.setInt16(at + 2 * i, v, true));
  const floats = (at: number, ...values: number[]) => values.forEach((v, i) => header.setFloat32(at + 4 * i, v, true));
  header.setInt32(0, 348, true); // sizeof_hdr
  shorts(40, 3, ...shape, 1, 1, 1, 1); // dim
  shorts(70, INT16, 16); // datatype, bitpix
  floats(76, 1, ...[0, 1, 2].map((axis) => Math.hypot(affine[axis]!, affine[4 + axis]!, affine[8 + axis]!))); // pixdim
  floats(108, HEADER, 1, 0); // vox_offset, scl_slope, scl_inter
  shorts(254, SCANNER); // sform_code
  floats(280, ...affine.slice(0, 12)); // srow_x, srow_y, srow_z
  new Uint8Array(file, 344, 4).set([0x6e, 0x2b, 0x31, 0]); // magic: n+1
  new Int16Array(file, HEADER).set(ct);
  return file;
}
