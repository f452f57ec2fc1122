import { type Camera, press, turn, zoom } from "./camera";

const DEGREES_A_PIXEL = 0.5;
const CLICK = 4; // pixels: a press that moved less was meant as a click
const LINE = 30; // pixels: some browsers count the wheel in lines

export interface Hooks {
  moved(): void;
  clicked(x: number, y: number): void; // CSS pixels in the pane
  mmPerPixel(): number;
}

/** Mouse, touch and keys on `host` move `camera`, until `signal` ends it. */
export function control(host: HTMLElement, camera: Camera, hooks: Hooks, signal: AbortSignal): void {
  takeFocus(host, signal);
  drag(host, camera, hooks, signal);
  host.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      zoom(camera, Math.exp((event.deltaMode === 0 ? -event.deltaY : -event.deltaY * LINE) / 600));
      hooks.moved();
    },
    { signal, passive: false },
  );
  host.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !press(camera, event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      hooks.moved();
    },
    { signal },
  );
}

/** Turns; with shift, or another button than the left, moves sideways. */
function drag(host: HTMLElement, camera: Camera, hooks: Hooks, signal: AbortSignal): void {
  let [x, y, travelled] = [0, 0, 0];
  host.addEventListener(
    "pointerdown",
    (event) => {
      if (event.target instanceof HTMLButtonElement || !event.isPrimary) return;
      host.setPointerCapture(event.pointerId);
      [x, y, travelled] = [event.clientX, event.clientY, 0];
    },
    { signal },
  );
  host.addEventListener(
    "pointermove",
    (event) => {
      if (!host.hasPointerCapture(event.pointerId)) return;
      const [dx, dy] = [event.clientX - x, event.clientY - y];
      [x, y, travelled] = [event.clientX, event.clientY, travelled + Math.abs(dx) + Math.abs(dy)];
      if (event.shiftKey || event.buttons !== 1) {
        camera.pan[0] += dx * hooks.mmPerPixel();
        camera.pan[1] -= dy * hooks.mmPerPixel();
      } else turn(camera, dx * DEGREES_A_PIXEL, dy * DEGREES_A_PIXEL);
      hooks.moved();
    },
    { signal },
  );
  host.addEventListener(
    "pointerup",
    (event) => {
      const { left, top } = host.getBoundingClientRect();
      const meant = host.hasPointerCapture(event.pointerId) && travelled < CLICK && event.button === 0;
      if (meant) hooks.clicked(event.clientX - left, event.clientY - top);
    },
    { signal },
  );
  host.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
}

/** Without the delay JupyterLab, which handles the same press, keeps the focus and reads keys as commands. */
function takeFocus(host: HTMLElement, signal: AbortSignal): void {
  host.tabIndex = 0;
  host.dataset["lmSuppressShortcuts"] = "true";
  const focus = () => setTimeout(() => host.focus({ preventScroll: true }));
  for (const event of ["pointerdown", "pointerup"]) host.addEventListener(event, focus, { signal });
}
