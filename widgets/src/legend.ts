// The list of structures: search, show and hide, colours, volumes, locks, go there.
import { button, h, slider } from "./dom";
import type { Session } from "./session";

interface Row {
  name: string;
  root: HTMLElement;
  update(): void;
}

export class Legend {
  readonly root = h("div", { className: "atlas-legend" });
  private rows: Row[] = [];
  private readonly search = h("input", {
    type: "search",
    placeholder: "search",
    "aria-label": "search structures",
    oninput: () => this.filter(),
  });
  private readonly outline = h("input", { type: "checkbox", onchange: () => this.session.set("outline", this.outline.checked) });
  private readonly opacity = slider("How opaque structures are filled; outlines only at the left end", 0, 1, 0.05, (value) =>
    this.session.set("opacity", value),
  );

  constructor(private readonly session: Session) {
    this.build();
  }

  build(): void {
    const { session } = this;
    const { structures, boxes } = session.scene.about;
    const editable = session.get("_painting").editable ?? [];
    this.rows = structures.filter((row) => row.voxels || editable.includes(row.name)).map((row) => this.row(row.name, editable));
    const all = () => this.rows.map((row) => row.name);
    const absent = structures.filter((row) => row.status === "absent").map((row) => row.display);
    const head = h(
      "div",
      { className: "atlas-row" },
      h("b", {}, "Structures"),
      h("span", { className: "atlas-gap" }),
      button("all", "Show all structures (H)", () => session.set("visible", all())),
      button("none", "Hide all structures (H)", () => session.set("visible", [])),
    );
    const look = h(
      "div",
      { className: "atlas-row" },
      h("label", { title: "Outlines on or off (O)" }, this.outline, "outline"),
      h("label", {}, "fill ", this.opacity),
    );
    const list = h("div", { className: "atlas-list", role: "list" }, ...this.rows.map((row) => row.root));
    this.root.replaceChildren();
    if (structures.length) this.root.append(head, this.search, look, list);
    else this.root.append(h("p", { className: "atlas-dim" }, "Nobody has annotated this scan."));
    if (absent.length)
      this.root.append(
        h("p", { className: "atlas-dim", title: "looked for, and not in this scan" }, `absent: ${absent.join(", ")}`),
      );
    if (boxes.length) this.root.append(this.findings());
    this.update();
  }

  update(): void {
    this.outline.checked = this.session.get("outline");
    this.opacity.value = String(this.session.get("opacity"));
    for (const row of this.rows) row.update();
  }

  private row(name: string, editable: string[]): Row {
    const { session } = this;
    const about = () => session.scene.structure(name)!;
    const eye = h("input", {
      type: "checkbox",
      title: "show or hide",
      "aria-label": `show ${about().display}`,
      onchange: () => this.toggle(name, eye.checked),
    });
    const color = h("input", {
      type: "color",
      title: "colour",
      "aria-label": `colour of ${about().display}`,
      oninput: () => session.set("colors", { ...session.get("colors"), [name]: color.value }),
    });
    const label = h(
      "button",
      {
        type: "button",
        className: "atlas-name",
        title: `go to the ${about().display}`,
        onclick: () => this.goTo(name, editable),
      },
      about().display,
    );
    const ml = h("span", { className: "atlas-dim atlas-ml" });
    const root = h("div", { className: "atlas-item", role: "listitem" }, eye, color, label, ml);
    const painting = session.get("_painting").editable !== undefined;
    const lock = h("input", {
      type: "checkbox",
      title: "locked: it cannot be painted on, and the brush stays out of it",
      "aria-label": `lock ${about().display}`,
      onchange: () => this.lock(name, lock.checked),
    });
    if (painting) root.append(h("label", { className: "atlas-lock" }, lock, "lock"));
    const update = () => {
      eye.checked = session.get("visible").includes(name);
      color.value = session.get("colors")[name] ?? about().color;
      ml.textContent = `${about().status === "cut" ? "≥ " : ""}${millilitres(about().ml)}`;
      ml.title = about().status === "cut" ? "cut by the edge of the scan" : "volume";
      lock.checked = session.get("locked").includes(name);
      root.classList.toggle("atlas-active", session.get("active") === name);
    };
    return { name, root, update };
  }

  private toggle(name: string, on: boolean): void {
    const rest = this.session.get("visible").filter((one) => one !== name);
    this.session.set("visible", on ? [...rest, name] : rest);
  }

  private lock(name: string, on: boolean): void {
    const rest = this.session.get("locked").filter((one) => one !== name);
    this.session.set("locked", on ? [...rest, name] : rest);
  }

  private goTo(name: string, editable: string[]): void {
    if (editable.includes(name)) this.session.set("active", name);
    const voxel = this.session.scene.centre(name);
    if (voxel) this.session.set("voxel", voxel);
  }

  private filter(): void {
    const words = this.search.value.toLowerCase();
    for (const row of this.rows)
      row.root.hidden = !row.name.replaceAll("_", " ").includes(words) && !row.root.textContent!.toLowerCase().includes(words);
  }

  private findings(): HTMLElement {
    const { session } = this;
    const go = (low: number[], high: number[]) =>
      session.set(
        "voxel",
        low
          .map((v, i) => Math.round((v + high[i]!) / 2))
          .map((v, i) => Math.max(0, Math.min(session.scene.shape[i]! - 1, v))) as [number, number, number],
      );
    const items = session.scene.about.boxes.map(({ label, color, low, high }) =>
      h(
        "button",
        {
          type: "button",
          className: "atlas-name",
          style: `border-left: 4px solid ${color}`,
          title: "go there",
          onclick: () => go(low, high),
        },
        label,
      ),
    );
    return h("div", { className: "atlas-findings" }, h("b", {}, "Findings"), ...items);
  }
}

function millilitres(ml: number): string {
  return ml >= 100 ? `${Math.round(ml)} mL` : `${+ml.toPrecision(3)} mL`;
}
