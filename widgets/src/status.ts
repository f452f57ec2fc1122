// The line below the planes, and the banner above them when there is something to say.
import { button, h } from "./dom";
import type { Painting, Session } from "./session";

type Offer = NonNullable<Painting["offer"]>;

export class Status {
  readonly line = h("div", { className: "atlas-status", "aria-live": "off" });
  readonly banner = h("div", { className: "atlas-banner", role: "status", hidden: true });
  private readonly place = h("span", {});
  private readonly state = h("span", { className: "atlas-dim" });

  constructor(private readonly session: Session) {
    this.line.append(this.place, h("span", { className: "atlas-gap" }), this.state);
  }

  update(): void {
    this.place.replaceChildren(...this.where());
    this.state.textContent = this.how();
    this.warn();
  }

  private where(): (Node | string)[] {
    const { session } = this;
    const voxel = session.hover ?? session.get("voxel");
    const mm = session.scene.toMm(voxel);
    const { value, exact } = session.scene.value(voxel);
    const names = session.scene.at(voxel).map((name) => session.scene.structure(name)!.display);
    const hu = Number.isNaN(value) ? "not a number" : `${exact ? "" : "≈ "}${+value.toFixed(Number.isInteger(value) ? 0 : 1)} HU`;
    const [r, a, s] = mm.map((v) => v.toFixed(1));
    const heats = session.scene.about.heats
      .filter(({ name }) => name === session.get("heat"))
      .map(({ name }) => {
        return ` · ${name} ${+session.scene.samples
          .get(`heat:${name}`)!
          .at(...voxel)
          .value.toPrecision(3)}`;
      });
    return [
      h("b", {}, hu),
      ` · ${names.join(", ") || "no annotated structure"}${heats.join("")} · voxel ${voxel.join(", ")} · R ${r}  A ${a}  S ${s} mm`,
    ];
  }

  private how(): string {
    const { session } = this;
    const parts = [
      `${session.get("convention")} (patient's ${session.get("convention") === "radiological" ? "right" : "left"} on the left)`,
    ];
    const loading = [...session.scene.samples.values()].filter((samples) => !samples.complete);
    if (loading.length) parts.unshift(`full resolution ${Math.round(100 * Math.min(...loading.map((one) => one.progress)))} %`);
    const { unsaved } = session.get("_painting");
    if (session.pending) parts.unshift("stroke on its way to disk…");
    else if (unsaved) parts.unshift("strokes are on disk; Save writes them into the case");
    return parts.join(" · ");
  }

  private warn(): void {
    const { session } = this;
    const { offer, elsewhere } = session.get("_painting");
    const parts: (Node | string)[] = [];
    if (elsewhere) parts.push(h("div", {}, elsewhere));
    if (offer) parts.push(this.offer(offer));
    if (session.notice)
      parts.push(
        h(
          "div",
          {},
          session.notice,
          button("×", "close", () => session.say("")),
        ),
      );
    this.banner.hidden = !parts.length;
    this.banner.replaceChildren(...parts);
  }

  private offer({ edits, structures, begun, same }: Offer): HTMLElement {
    const { session } = this;
    const names = structures.map((name) => session.scene.structure(name)?.display ?? name).join(", ");
    const words = `${edits} ${edits === 1 ? "stroke" : "strokes"} on ${names} from ${begun} ${edits === 1 ? "was" : "were"} not saved.`;
    return h(
      "div",
      {},
      same ? words : `${words} The masks have changed since.`,
      button("Restore", "bring them back", () => void session.ask({ ask: "restore" })),
      button("Discard", "forget them", () => void session.ask({ ask: "discard" })),
    );
  }
}
