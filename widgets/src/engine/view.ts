import { start } from "./camera";
import * as contexts from "./contexts";
import { control } from "./controls";
import { Pace } from "./pace";
import { Picture } from "./picture";
import { type Mode, type Pane, sameCt, type Scene, type Vector } from "./scene";
import { Screen } from "./screen";
import { Stage } from "./stage";

const SETTLE = 120; // ms a window's slider rests before the CT is coloured again
const OFTEN = 10_000; // ms: a context lost again so soon comes back only when asked for, or two pages fight over it
const INTERRUPTED = "The graphics were interrupted. Click to resume";

/** A pane holds all that matters itself; the stage, with its WebGL context, comes and goes. */
export class View implements Pane, contexts.Holder {
  private readonly screen: Screen;
  private readonly picture: Picture;
  private readonly pace = new Pace(
    (atRest) => this.draw(atRest),
    () => this.stage !== undefined && this.picture.busy(this.stage),
  );
  private readonly listening = new AbortController();
  private readonly resizes = new ResizeObserver(() => this.redraw());
  private mode: Mode = "organs";
  private crosshair: Vector | undefined;
  private stage: Stage | undefined;
  private awake = new AbortController();
  private lostAt = -Infinity;
  private settling = 0;

  constructor(
    root: HTMLElement,
    private scene: Scene,
    onPick?: (mm: Vector) => void,
  ) {
    const camera = start();
    this.screen = new Screen(root);
    this.picture = new Picture(this.screen, camera);
    const hooks = {
      moved: () => {
        if (this.stage) contexts.use(this);
        this.changed();
      },
      clicked: (x: number, y: number) => {
        const mm = this.picture.at(x, y, this.scene, this.mode);
        if (mm) onPick?.(mm);
      },
      mmPerPixel: () => this.picture.mmPerPixel,
    };
    control(this.screen.host, camera, hooks, this.listening.signal);
  }

  /** NoWebGL: the browser has no WebGL2. */
  async wake(): Promise<void> {
    this.screen.wake();
    this.awake = new AbortController();
    const { signal } = this.awake;
    const stage = await Stage.on(this.screen.canvas);
    if (signal.aborted) return stage.release();
    this.screen.canvas.addEventListener("webglcontextlost", () => this.lost(), { signal });
    this.stage = stage;
    stage.organs.show(this.scene);
    contexts.use(this);
    this.fit();
    this.redraw();
    this.resizes.observe(this.screen.host);
  }

  park(): void {
    this.draw(true);
    const picture = this.screen.picture();
    this.sleep();
    this.screen.sleep("Click to resume", this.resume, picture);
  }

  setScene(scene: Scene): void {
    const before = this.scene;
    this.scene = scene;
    if (!this.stage) return;
    this.stage.organs.show(scene);
    if (sameCt(before, scene)) return this.changed(); // where the brush goes nothing else should move
    this.stage.ct.drop();
    this.stage.body.drop();
    this.fit();
  }

  setVisible(visible: boolean[], colors: Vector[]): void {
    this.scene = { ...this.scene, visible, colors };
    this.stage?.organs.paint(visible, colors);
    this.changed();
  }

  setMode(mode: Mode): void {
    this.mode = mode;
    this.picture.setMode(mode);
    this.fit();
  }

  setWindow(window: Scene["window"]): void {
    this.scene = { ...this.scene, window };
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.changed(), SETTLE);
  }

  setCrosshair(mm: Vector): void {
    this.crosshair = mm;
    this.stage?.point(mm);
    this.changed();
  }

  png(): Promise<Blob> {
    this.draw(true);
    const picture = this.screen.picture();
    return new Promise((resolve, reject) => {
      picture.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The 3-D view has no size yet, so no picture."))));
    });
  }

  redraw(): void {
    this.picture.restyle();
    this.draw(false);
    this.changed();
  }

  destroy(): void {
    this.sleep();
    this.listening.abort();
    this.resizes.disconnect();
    this.screen.host.remove();
  }

  private fit(): void {
    if (!this.stage) return;
    if (this.mode === "both") this.stage.body.build(this.scene);
    this.stage.fit(this.scene, this.mode);
    if (this.crosshair) this.stage.point(this.crosshair);
    this.changed();
  }

  /** What is shown is no longer what is wanted: the next frames will be. */
  private changed(): void {
    if (!this.stage) return;
    this.pace.changed();
    if (this.mode === "ct") void this.stage.ct.show(this.scene).then((news) => news && this.pace.changed());
  }

  private draw(atRest: boolean): void {
    if (this.stage) this.picture.draw(this.stage, this.crosshair, atRest);
  }

  /** The browser took the context away, or the graphics driver began anew. */
  private lost(): void {
    const again = performance.now() - this.lostAt < OFTEN;
    this.lostAt = performance.now();
    this.sleep();
    if (again) this.screen.sleep(INTERRUPTED, this.resume);
    else this.resume();
  }

  private readonly resume = () => void this.wake().catch(() => this.screen.sleep(INTERRUPTED, this.resume));

  private sleep(): void {
    contexts.leave(this);
    this.awake.abort();
    this.pace.stop();
    clearTimeout(this.settling);
    this.stage?.release();
    this.stage = undefined;
  }
}
