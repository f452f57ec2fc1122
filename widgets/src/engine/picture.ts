import { backdrop } from "./backdrop";
import type { Camera } from "./camera";
import { pick } from "./pick";
import type { Projection } from "./projection";
import type { Mode, Scene, Vector } from "./scene";
import type { Screen } from "./screen";
import { Sharpness } from "./sharpness";
import type { Stage } from "./stage";

/** Puts a stage onto the screen, as sharply as time allows, and knows where in the scene a pixel is. */
export class Picture {
  private sharpness = new Sharpness("organs");
  private background;
  private projection: Projection | undefined;
  private drawing: { began: number; scale: number } | undefined;

  constructor(
    private readonly screen: Screen,
    private readonly camera: Camera,
  ) {
    this.background = backdrop(screen.host);
  }

  setMode(mode: Mode): void {
    this.sharpness = new Sharpness(mode);
  }

  /** Looks the background's colour up again. */
  restyle(): void {
    this.background = backdrop(this.screen.host);
    this.screen.host.style.background = this.background.css;
  }

  draw(stage: Stage, crosshair: Vector | undefined, atRest: boolean): void {
    const [width, height] = this.screen.size;
    if (width === 0 || height === 0) return;
    const scale = this.sharpness.scale(atRest);
    this.screen.resize(scale);
    this.drawing = { began: performance.now(), scale };
    this.projection = stage.frame(this.camera, this.background.color, width, height);
    this.screen.annotate(this.projection, this.background.ink, crosshair);
  }

  /** Whether the last frame is still being drawn. */
  busy(stage: Stage): boolean {
    if (stage.busy) return true;
    if (this.drawing) this.sharpness.took(performance.now() - this.drawing.began, this.drawing.scale);
    this.drawing = undefined;
    return false;
  }

  get mmPerPixel(): number {
    return this.projection?.mmPerPixel ?? 0;
  }

  at(x: number, y: number, scene: Scene, mode: Mode): Vector | undefined {
    const sight = this.projection?.ray(x, y);
    return sight && pick(scene, mode, sight.origin, sight.along);
  }
}
