// The module that every widget carries: shows the still picture at once, gets the viewer once a page, hands over.
import type { Model } from "./model";
import { bundle, shared } from "./page";
import { Wire } from "./transport";

interface Session {
  mount(root: HTMLElement): () => void;
  close(): void;
}

export default {
  initialize({ model }: { model: Model }): () => void {
    const { sessions } = shared();
    const wire = new Wire(model);
    const hashes = model.get<Record<string, string>>("_bundles");
    const get = (name: string) => bundle(wire, name, hashes[name]!);
    const session: Promise<Session> = get("viewer").then((viewer) => viewer.open(model, wire, get));
    session.catch(() => undefined); // said where it is shown
    const id = model.get<string>("_identity");
    sessions.set(id, session);
    return () => {
      sessions.delete(id);
      wire.close();
      void session.then((opened) => opened.close());
    };
  },

  render({ model, el }: { model: Model; el: HTMLElement }): () => void {
    const root = document.createElement("div");
    const waiting = still(model);
    root.append(waiting);
    el.append(root);
    let unmount: (() => void) | undefined;
    let gone = false;
    const session = shared().sessions.get(model.get<string>("_identity")) as Promise<Session>;
    session.then(
      (opened) => {
        if (!gone) unmount = opened.mount(root);
      },
      (error: Error) => waiting.append(`This viewer could not start: ${error.message}`),
    );
    return () => {
      gone = true;
      unmount?.();
    };
  },
};

/** The picture that stands until the viewer draws. */
function still(model: Model): HTMLElement {
  const figure = document.createElement("div");
  figure.className = "atlas-still";
  const poster = model.get<DataView | null>("_poster");
  if (!poster?.byteLength) {
    figure.textContent = "Loading the viewer…";
    return figure;
  }
  const picture = document.createElement("img");
  const url = URL.createObjectURL(new Blob([poster as DataView<ArrayBuffer>], { type: "image/jpeg" }));
  picture.onload = () => URL.revokeObjectURL(url);
  picture.src = url;
  picture.style.maxWidth = "100%";
  figure.append(picture);
  return figure;
}
