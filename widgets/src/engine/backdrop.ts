const VARIABLE = "--atlas-3d-background";
const DARK = "#14171c";

export interface Backdrop {
  color: [number, number, number]; // 0-1
  css: string;
  ink: string; // what letters on it are written in
}

/** The colour behind the scene: the CSS variable where it is set, else dark. */
export function backdrop(root: HTMLElement): Backdrop {
  const wanted = getComputedStyle(root).getPropertyValue(VARIABLE).trim();
  const color = (rgb(wanted) ?? rgb(DARK))!;
  const css = `rgb(${color.map((c) => Math.round(255 * c)).join(" ")})`;
  return { color, css, ink: color[0] + color[1] + color[2] > 1.5 ? "#1b1f24" : "#f2f2f2" };
}

/** Any CSS colour, by painting with it. */
function rgb(css: string): [number, number, number] | undefined {
  if (!CSS.supports("color", css)) return undefined;
  const paint = document.createElement("canvas").getContext("2d")!;
  paint.fillStyle = css;
  paint.fillRect(0, 0, 1, 1);
  const [r, g, b] = paint.getImageData(0, 0, 1, 1).data;
  return [r! / 255, g! / 255, b! / 255];
}
