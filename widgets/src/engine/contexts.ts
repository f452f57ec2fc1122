/** Browsers keep about 16 WebGL contexts and take the oldest away without asking; other widgets need theirs too. */
const AT_ONCE = 4;

export interface Holder {
  park(): void; // keeps a picture, gives the context back
}

/** Those that hold a context, the least recently used first; one list in the page, whichever engine made a pane. */
const key = Symbol.for("atlas_lab.contexts");
const page = globalThis as unknown as Record<symbol, Holder[] | undefined>;
const holders = (page[key] ??= []);

/** Counts `holder` as just used; the one used longest ago is parked when there are too many. */
export function use(holder: Holder): void {
  leave(holder);
  holders.push(holder);
  if (holders.length > AT_ONCE) holders.shift()!.park();
}

export function leave(holder: Holder): void {
  const at = holders.indexOf(holder);
  if (at >= 0) holders.splice(at, 1);
}
