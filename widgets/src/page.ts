// What all viewers of one page share, whichever widget came first: code and voxels travel once.
import type { Wire } from "./transport";

export interface Shared {
  bundles: Map<string, Promise<any>>;
  sessions: Map<string, Promise<any>>;
  voxels: Map<string, WeakRef<object>>;
}

const place = globalThis as { __atlas_lab__?: Shared };

export function shared(): Shared {
  return (place.__atlas_lab__ ??= { bundles: new Map(), sessions: new Map(), voxels: new Map() });
}

/** A bundle's module: from the page if any widget has fetched it, else from the kernel. */
export function bundle(wire: Wire, name: string, hash: string): Promise<any> {
  const { bundles } = shared();
  const key = `${name}-${hash}`;
  const asked = bundles.get(key);
  if (asked !== undefined) return asked.catch(() => bundle(wire, name, hash)); // the widget that asked may be gone
  const module: Promise<any> = wire.read({ ask: "bundle", name }).then(({ parts }) => {
    const url = URL.createObjectURL(new Blob([parts.get(name)!], { type: "text/javascript" }));
    return import(url).finally(() => URL.revokeObjectURL(url));
  });
  bundles.set(key, module);
  module.catch(() => bundles.delete(key));
  abandonIfUnanswered(key, module);
  return module;
}

// A kernel that died or is busy for long must not keep the others of the page from asking theirs.
function abandonIfUnanswered(key: string, module: Promise<any>): void {
  const { bundles } = shared();
  const timer = setTimeout(() => bundles.get(key) === module && bundles.delete(key), 5000);
  void module.then(
    () => (clearTimeout(timer), bundles.set(key, module)),
    () => clearTimeout(timer),
  );
}

/** Voxels or a mask for the others of the page, as long as anybody in it holds them. */
export function keep<T extends object>(key: string, value: T): T {
  shared().voxels.set(key, new WeakRef(value));
  return value;
}
