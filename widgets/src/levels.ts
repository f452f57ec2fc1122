// From codes to grey and to colour: tables over all int16 codes, so that a pixel costs one look-up.
import type { SamplesInfo } from "./samples";

const CODES = 65536;
const ZERO = 32768;

/** Code + 32768 → opaque grey as one 32-bit pixel. */
export function greys([centre, width]: [number, number], info: SamplesInfo): Uint32Array {
  const table = new Uint32Array(CODES);
  const low = centre - width / 2;
  for (let i = 0; i < CODES; i++) {
    const share = ((i - ZERO) * info.slope + info.inter - low) / width;
    const grey = share <= 0 ? 0 : share >= 1 ? 255 : Math.round(share * 255);
    table[i] = 0xff000000 | (grey << 16) | (grey << 8) | grey;
  }
  if (!info.whole) table[0] = 0xff000000; // not a number
  return table;
}

/** Code + 32768 → share of the way from `low` to `high`, 0-255. */
export function shares(low: number, high: number, info: SamplesInfo): Uint8Array {
  const table = new Uint8Array(CODES);
  for (let i = 0; i < CODES; i++) {
    const share = ((i - ZERO) * info.slope + info.inter - low) / (high - low);
    table[i] = share <= 0 ? 0 : share >= 1 ? 255 : Math.round(share * 255);
  }
  if (!info.whole) table[0] = 0;
  return table;
}

export function rgb(hex: string): [number, number, number] {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as [number, number, number];
}
