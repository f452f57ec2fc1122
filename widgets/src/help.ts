// What the mouse and the keys do.
import type { Action } from "./actions";
import { button, h } from "./dom";

const MOUSE: [string, string][] = [
  ["click, drag", "what the chosen tool does; Look moves the crosshair"],
  ["wheel", "through the slices"],
  ["Ctrl + wheel", "zoom"],
  ["right button, drag", "window: across for contrast, down for brightness"],
  ["Shift + drag, middle button", "move the picture"],
  ["double click", "one plane alone, and back"],
];
const NAMES: Record<string, string> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  PageUp: "Page up",
  PageDown: "Page down",
  Delete: "Del",
};

export function help(actions: Iterable<Action>, painting: boolean, close: () => void): HTMLElement {
  const line = (key: string, words: string) => [h("kbd", {}, key), h("span", {}, words)];
  const keys = [...actions].filter((action) => painting || !action.edit);
  const list = (lines: [string, string][]) =>
    h("div", { className: "atlas-keys" }, ...lines.flatMap(([key, words]) => line(key, words)));
  return h(
    "div",
    { className: "atlas-help", role: "dialog", "aria-label": "help", tabIndex: -1 },
    h(
      "div",
      { className: "atlas-row" },
      h("b", {}, "Mouse and keys"),
      h("span", { className: "atlas-gap" }),
      button("close", "close the help (?)", close),
    ),
    list(MOUSE),
    list(keys.map(({ key, words }) => [NAMES[key] ?? key.toUpperCase(), words])),
    h(
      "p",
      { className: "atlas-dim" },
      "Keys work while the viewer has the focus: click into it first. For teaching and research, not for diagnosis.",
    ),
  );
}
