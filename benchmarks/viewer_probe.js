// Runs in every page before its own scripts. A cell run with Shift+Enter fills `probe`: seconds from the key to what its
// output shows, and the bytes on the page's websockets meanwhile. Both viewers are watched in the same way.
(() => {
  const EVERY = 20; // ms between two looks
  const SIDE = 48; // a canvas is looked at this small
  const DIFFERENT = 16; // of 255
  const bytes = (globalThis.bytes = { received: 0, sent: 0, bundles: 0 });
  const lifts = (globalThis.lifts = []); // when the pointer went up, and the bytes sent until then
  const size = (data) => (typeof data === "string" ? new TextEncoder().encode(data).length : data.byteLength);
  const asksForABundle = (data) => size(data) < 4096 && new TextDecoder().decode(data).includes('"ask":"bundle"');

  globalThis.WebSocket = class extends WebSocket {
    constructor(...address) {
      super(...address);
      this.addEventListener("message", ({ data }) => (bytes.received += size(data)));
    }

    send(data) {
      bytes.sent += size(data);
      if (typeof data !== "string" && asksForABundle(data)) bytes.bundles++;
      super.send(data);
    }
  };

  // a WebGL canvas can only be read outside its own frame when it keeps what it has drawn
  const context = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, options) {
    return context.call(this, kind, kind === "webgl2" ? { ...options, preserveDrawingBuffer: true } : options);
  };

  // to read a canvas takes as long as the graphics card (or its software) still has to do: only what was drawn is read
  const drawn = new WeakSet();
  for (const kind of [CanvasRenderingContext2D, WebGL2RenderingContext]) {
    for (const name of ["drawImage", "putImageData", "drawArrays", "drawElements"]) {
      const draw = kind.prototype[name];
      if (!draw) continue;
      kind.prototype[name] = function (...what) {
        drawn.add(this.canvas);
        return draw.apply(this, what);
      };
    }
  }

  /** A canvas's pixels, small, if it was drawn on since the last look. */
  function fresh(canvas) {
    if (!drawn.delete(canvas) || !canvas.width || !canvas.height) return null;
    const pen = new OffscreenCanvas(SIDE, SIDE).getContext("2d", { willReadFrequently: true });
    pen.drawImage(canvas, 0, 0, SIDE, SIDE);
    return pen.getImageData(0, 0, SIDE, SIDE).data;
  }
  const away = (a, i, b, j) => Math.max(...[0, 1, 2].map((k) => Math.abs(a[i + k] - b[j + k])));
  /** Whether a tenth of the canvas is not its ground: a line of text is less. */
  function shows(seen) {
    if (!seen) return false;
    let count = 0;
    for (let i = 0; i < seen.length; i += 4) if (away(seen, i, seen, 0) > DIFFERENT) count++;
    return count > (SIDE * SIDE) / 10;
  }
  const differs = (a, b) => a?.some((value, i) => Math.abs(value - b[i]) > 2);

  /** One step of the wheel, in the middle of the square at the canvas's left: both viewers have the axial plane there. */
  function turn(canvas) {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const place = { clientX: left + Math.min(width, height) / 2, clientY: top + height / 2 };
    canvas.dispatchEvent(new WheelEvent("wheel", { ...place, deltaY: 40, bubbles: true, cancelable: true }));
  }

  function watch(cell) {
    const start = performance.now();
    const before = { ...bytes };
    const probe = (globalThis.probe = {});
    const noted = new Set();
    let canvas, seen;
    let looking = look;
    /** Note the time two frames later: what has been drawn is on the screen then. */
    const note = (what, then) => {
      if (noted.has(what)) return;
      noted.add(what);
      const shown = () => {
        probe[what] = (performance.now() - start) / 1000;
        then?.();
      };
      requestAnimationFrame(() => requestAnimationFrame(shown));
    };

    function look(out) {
      if ([...out.querySelectorAll("img")].some((image) => image.complete && image.naturalWidth)) note("picture");
      canvas = [...out.querySelectorAll("canvas")].find((one) => shows((seen = fresh(one))));
      if (!canvas) return;
      looking = undefined;
      note("picture");
      note("drawn", () => {
        seen = fresh(canvas) ?? seen;
        looking = react;
        turn(canvas);
      });
    }

    function react() {
      if (!differs(fresh(canvas), seen)) return;
      for (const key of Object.keys(bytes)) probe[key] = bytes[key] - before[key];
      looking = undefined;
      note("interactive", () => (looking = fill));
    }

    function fill(out) {
      if (out.querySelector(".atlas-status")?.textContent.includes("full resolution")) return;
      clearInterval(timer);
      note("full");
    }

    const timer = setInterval(() => {
      const out = cell.querySelector(".jp-OutputArea");
      if (out) looking?.(out);
    }, EVERY);
  }

  addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.shiftKey) watch(document.querySelector(".jp-Notebook .jp-Cell.jp-mod-active"));
  }, true); // prettier-ignore
  addEventListener("pointerup", () => lifts.push({ at: Date.now() / 1000, sent: bytes.sent }), true);
})();
