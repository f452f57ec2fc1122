// The rows of controls above the planes. Every one says in its tooltip what it does and which key does the same.
import type { Action } from "./actions";
import { button, h, select, slider } from "./dom";
import type { Session, State } from "./session";

const LAYOUTS: [State["arrangement"], string][] = [
  ["planes", "three planes"],
  ["axial", "axial"],
  ["coronal", "coronal"],
  ["sagittal", "sagittal"],
  ["grid", "planes and 3-D"],
  ["3d", "3-D"],
];

export class Toolbar {
  readonly root = h("div", { className: "atlas-bar" });
  private readonly updates: (() => void)[] = [];

  constructor(
    private readonly session: Session,
    private readonly actions: Map<string, Action>,
  ) {
    this.build();
  }

  /** Another scene: other presets, other heat maps, painting or not. */
  build(): void {
    this.updates.length = 0;
    const rows = [this.looking(), ...(this.session.get("_painting").editable ? [this.painting()] : [])];
    this.root.replaceChildren(...rows);
    this.update();
  }

  update(): void {
    for (const update of this.updates) update();
  }

  private looking(): HTMLElement {
    const { session } = this;
    const about = session.scene.about;
    const row = h("div", { className: "atlas-row" });
    const presets = select(
      "HU window: a preset, or drag with the right mouse button",
      [["", "custom"], ...about.presets.map(([name]) => [name, name] as [string, string])],
      (name) => {
        const found = about.presets.find(([known]) => known === name);
        if (found) session.set("window", [found[1], found[2]]);
      },
    );
    const level = h("span", { className: "atlas-dim atlas-level" });
    this.updates.push(() => {
      const [centre, width] = session.get("window");
      presets.value = about.presets.find(([, c, w]) => c === centre && w === width)?.[0] ?? "";
      level.textContent = `C ${Math.round(centre)}  W ${Math.round(width)}`;
    });
    const layout = select("Layout (L)", LAYOUTS, (value) => session.set("arrangement", value as State["arrangement"]));
    this.updates.push(() => (layout.value = session.get("arrangement")));
    row.append(h("label", {}, "Window ", presets), level, h("label", {}, "Layout ", layout));
    row.append(
      this.tools([
        ["v", "look", "Look"],
        ["w", "window", "Window"],
        ["r", "ruler", "Ruler"],
        ["a", "angle", "Angle"],
      ]),
    );
    if (about.other) row.append(this.compare());
    if (about.heats.length) row.append(this.heat());
    row.append(
      h("span", { className: "atlas-gap" }),
      together(this.press("0", "Fit"), this.press("p", "Picture"), this.press("?", "? Help")),
    );
    return row;
  }

  private painting(): HTMLElement {
    const { session } = this;
    const row = h("div", { className: "atlas-row" });
    const editable = session
      .get("_painting")
      .editable!.map((one) => [one, session.scene.structure(one)?.display ?? one] as [string, string]);
    const name = select("The structure that is painted; a click on its name in the list chooses it too", editable, (one) =>
      session.set("active", one),
    );
    const size = slider("Brush size in mm ([ and ])", 0, 100, 1, (at) =>
      session.set("brush_mm", +(0.5 * 200 ** (at / 100)).toFixed(1)),
    );
    const mm = h("span", { className: "atlas-dim atlas-size" });
    const ball = h("input", { type: "checkbox", onchange: () => session.set("brush_3d", ball.checked) });
    const range = this.range();
    const [undo, redo, save] = [this.press("z", "Undo"), this.press("y", "Redo"), this.press("s", "Save")];
    save.classList.add("atlas-strong");
    this.updates.push(() => {
      const state = session.get("_painting");
      name.value = session.get("active") ?? "";
      size.value = String((100 * Math.log(session.get("brush_mm") / 0.5)) / Math.log(200));
      mm.textContent = `${session.get("brush_mm")} mm`;
      ball.checked = session.get("brush_3d");
      undo.disabled = !state.undo;
      redo.disabled = !state.redo;
      save.disabled = !state.unsaved;
    });
    row.append(
      h("label", {}, "Paint ", name),
      this.tools([
        ["b", "brush", "Brush"],
        ["e", "eraser", "Eraser"],
        ["f", "fill", "Fill holes"],
        ["g", "grow", "Grow"],
      ]),
      this.press("i", "Between slices"),
      h("label", {}, "size ", size),
      mm,
      h("label", { title: "The brush is a ball through the slices, not a disc in one (D)" }, ball, "ball"),
      range,
      h("span", { className: "atlas-gap" }),
      together(undo, redo, save),
    );
    return row;
  }

  private tools(tools: [string, State["tool"], string][]): HTMLElement {
    const group = h("span", { className: "atlas-group", role: "group" });
    for (const [key, tool, label] of tools) {
      const one = this.press(key, label);
      this.updates.push(() => one.setAttribute("aria-pressed", String(this.session.get("tool") === tool)));
      group.append(one);
    }
    return group;
  }

  private press(key: string, label: string): HTMLButtonElement {
    const action = this.actions.get(key)!;
    return button(label, `${action.words} (${key.toUpperCase()})`, () => action.run());
  }

  /** The HU the brush and Grow keep to. */
  private range(): HTMLElement {
    const { session } = this;
    const number = (title: string) =>
      h("input", { type: "number", title, "aria-label": title, className: "atlas-number", onchange: () => send() });
    const on = h("input", { type: "checkbox", onchange: () => send() });
    const [low, high] = [number("lowest HU painted"), number("highest HU painted")];
    const send = () => {
      const ends = [Number(low.value), Number(high.value)].sort((a, b) => a - b) as [number, number];
      session.set("hu_range", on.checked ? ends : null);
    };
    [low.value, high.value] = ["0", "200"];
    this.updates.push(() => {
      const range = session.get("hu_range");
      on.checked = range !== null;
      low.disabled = high.disabled = !range;
      if (range && document.activeElement !== low && document.activeElement !== high)
        [low.value, high.value] = range.map(String) as [string, string];
    });
    return h("label", { title: "Brush and Grow take only voxels within these HU" }, on, "only HU ", low, " to ", high);
  }

  private compare(): HTMLElement {
    const modes: State["compare"][] = ["side by side", "swipe", "difference"];
    const box = select(
      "How to compare (C)",
      modes.map((mode) => [mode, mode]),
      (value) => this.session.set("compare", value as State["compare"]),
    );
    this.updates.push(() => (box.value = this.session.get("compare")));
    return h("label", {}, "Compare ", box);
  }

  private heat(): HTMLElement {
    const { session } = this;
    const { heats, heat_colors } = session.scene.about;
    const box = select("Heat map", [["", "none"], ...heats.map(({ name }) => [name, name] as [string, string])], (name) =>
      session.set("heat", name || null),
    );
    const opacity = slider("Opacity of the heat map", 0, 1, 0.05, (value) => session.set("heat_opacity", value));
    const stops = [0, 64, 128, 192, 255].map((i) => `rgb(${heat_colors.slice(3 * i, 3 * i + 3).join()})`);
    const bar = h("span", { className: "atlas-colorbar", style: `background: linear-gradient(to right, ${stops.join()})` });
    const [low, high] = [h("span", { className: "atlas-dim" }), h("span", { className: "atlas-dim" })];
    this.updates.push(() => {
      const shown = heats.find(({ name }) => name === session.get("heat"));
      box.value = shown?.name ?? "";
      opacity.value = String(session.get("heat_opacity"));
      [low.textContent, high.textContent] = shown
        ? ([shown.low, shown.high].map((v) => String(+v.toPrecision(3))) as [string, string])
        : ["", ""];
      bar.hidden = !shown;
    });
    return h("label", {}, "Heat map ", box, opacity, low, bar, high);
  }
}

/** Controls that go to the next line with each other. */
function together(...controls: HTMLElement[]): HTMLElement {
  return h("span", { className: "atlas-together" }, ...controls);
}
