// Small elements with little writing.
type Props = Record<string, string | number | boolean | ((event: any) => void)>;

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (name in element) (element as Record<string, unknown>)[name] = value;
    else element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}

export function select(title: string, options: [string, string][], chosen: (value: string) => void): HTMLSelectElement {
  const box = h("select", { title, "aria-label": title, onchange: () => chosen(box.value) });
  for (const [value, label] of options) box.append(h("option", { value }, label));
  return box;
}

export function slider(title: string, min: number, max: number, step: number, moved: (value: number) => void): HTMLInputElement {
  const box = h("input", { type: "range", title, "aria-label": title, min, max, step, oninput: () => moved(Number(box.value)) });
  return box;
}

export function button(label: string, title: string, pressed: () => void): HTMLButtonElement {
  return h("button", { type: "button", title, onclick: pressed }, label);
}
