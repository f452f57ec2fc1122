// Everything a user can do, by name: buttons and keys call the same.
import type { Plane } from "./plane";
import { PLANES } from "./plane";
import type { Session, State } from "./session";

export interface Action {
  key: string; // as KeyboardEvent.key says it
  words: string;
  run(): void;
  edit?: boolean; // only while painting
}

export interface Stage {
  session: Session;
  active(): Plane;
  step(slices: number): void;
  nudge(right: number, up: number): void;
  zoom(factor: number): void;
  reset(): void;
  screenshot(): void;
  help(): void;
}

const ARRANGEMENTS: State["arrangement"][] = ["planes", "axial", "coronal", "sagittal", "grid", "3d"];
const COMPARE: State["compare"][] = ["side by side", "swipe", "difference"];

export function actions(stage: Stage): Action[] {
  const { session } = stage;
  const tool = (key: string, name: State["tool"], words: string, edit = false): Action => ({
    key,
    words,
    edit,
    run: () => session.set("tool", name),
  });
  const cycle = <T>(all: T[], now: T): T => all[(all.indexOf(now) + 1) % all.length]!;
  const toggle = (key: string, name: "outline" | "brush_3d", words: string, edit = false): Action => ({
    key,
    words,
    edit,
    run: () => session.set(name, !session.get(name)),
  });
  const ask = (key: string, question: string, words: string): Action => ({
    key,
    words,
    edit: true,
    run: () => void session.ask({ ask: question }),
  });
  const size = (factor: number) =>
    session.set("brush_mm", Math.min(200, Math.max(0.5, +(session.get("brush_mm") * factor).toFixed(1))));
  return [
    { key: "ArrowLeft", words: "crosshair left", run: () => stage.nudge(-1, 0) },
    { key: "ArrowRight", words: "crosshair right", run: () => stage.nudge(1, 0) },
    { key: "ArrowUp", words: "crosshair up", run: () => stage.nudge(0, 1) },
    { key: "ArrowDown", words: "crosshair down", run: () => stage.nudge(0, -1) },
    { key: "PageUp", words: "next slice", run: () => stage.step(1) },
    { key: "PageDown", words: "previous slice", run: () => stage.step(-1) },
    { key: "+", words: "zoom in", run: () => stage.zoom(1.25) },
    { key: "-", words: "zoom out", run: () => stage.zoom(0.8) },
    { key: "0", words: "fit all planes again", run: () => stage.reset() },
    ...session.scene.about.presets.slice(0, 9).map(([name, centre, width], i) => ({
      key: String(i + 1),
      words: `window: ${name}`,
      run: () => session.set("window", [centre, width]),
    })),
    tool("v", "look", "look: move the crosshair"),
    tool("w", "window", "window: drag to change brightness and contrast"),
    tool("r", "ruler", "ruler: drag from one end to the other"),
    tool("a", "angle", "angle: click three corners"),
    {
      key: "Delete",
      words: "remove the last measurement",
      run: () => session.set("measurements", session.get("measurements").slice(0, -1)),
    },
    toggle("o", "outline", "outlines on or off"),
    { key: "h", words: "hide or show all structures", run: () => toggleAll(session) },
    { key: "l", words: "next layout", run: () => session.set("arrangement", cycle(ARRANGEMENTS, session.get("arrangement"))) },
    { key: "c", words: "next way to compare", run: () => session.set("compare", cycle(COMPARE, session.get("compare"))) },
    {
      key: "n",
      words: "radiological or neurological",
      run: () => session.set("convention", session.get("convention") === "radiological" ? "neurological" : "radiological"),
    },
    { key: "p", words: "save a picture (PNG)", run: () => stage.screenshot() },
    tool("b", "brush", "brush", true),
    tool("e", "eraser", "eraser", true),
    tool("f", "fill", "fill: click a plane to close the holes of its slice", true),
    tool("g", "grow", "grow: click a seed; connected voxels join, within 25 HU of it or in the range of only HU", true),
    { key: "[", words: "smaller brush", edit: true, run: () => size(0.8) },
    { key: "]", words: "larger brush", edit: true, run: () => size(1.25) },
    toggle("d", "brush_3d", "flat brush or ball", true),
    {
      key: "i",
      words: "fill in between painted slices of the active plane",
      edit: true,
      run: () => void session.ask({ ask: "interpolate", structure: session.get("active"), plane: PLANES[stage.active().axis] }),
    },
    ask("z", "undo", "undo (also Ctrl+Z)"),
    ask("y", "redo", "redo (also Ctrl+Y)"),
    ask("s", "save", "save into the case (also Ctrl+S)"),
    { key: "?", words: "this help", run: () => stage.help() },
    { key: "Escape", words: "back to looking", run: () => session.set("tool", "look") },
  ];
}

const hidden = new WeakMap<Session, string[]>();

function toggleAll(session: Session): void {
  const visible = session.get("visible");
  if (visible.length) hidden.set(session, visible);
  const all = session.scene.about.structures.filter((row) => row.voxels).map((row) => row.name);
  session.set("visible", visible.length ? [] : (hidden.get(session) ?? all));
}
