// The viewer's bundle: a session for each widget, a shell for each time that it is shown.
import type { Model } from "./model";
import { Session } from "./session";
import { Shell } from "./shell";
import style from "./style.css";
import type { Wire } from "./transport";

export async function open(model: Model, wire: Wire, bundle: (name: string) => Promise<any>) {
  addStyle();
  const session = await Session.open(model, wire, bundle);
  return {
    session,
    mount(root: HTMLElement): () => void {
      const shell = new Shell(session);
      root.replaceChildren(shell.root);
      session.tell("scene"); // sizes are known once it is in the page
      return () => shell.destroy();
    },
    close: () => session.close(),
  };
}

function addStyle(): void {
  const id = "atlas-lab-style";
  const sheet = document.getElementById(id) ?? document.head.appendChild(Object.assign(document.createElement("style"), { id }));
  sheet.textContent = style;
}
