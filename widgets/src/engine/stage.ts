import type { NVMesh } from "@niivue/niivue";
import { Body } from "./body";
import type { Camera } from "./camera";
import { Ct } from "./ct";
import { diagonal, type Extent, ofMeshes, ofVolume } from "./extent";
import { FLAT, ORGAN, VEIL } from "./look";
import { marker } from "./marker";
import { Organs } from "./organs";
import { Projection } from "./projection";
import { Renderer, WHOLE } from "./renderer";
import type { Mode, Scene, Vector } from "./scene";

const CORNERS = 0.85; // a scan's corners are air, and may leave the picture

/** What needs the WebGL context: organs, CT and crosshair on one canvas. */
export class Stage {
  readonly organs: Organs;
  readonly body: Body;
  readonly ct: Ct;
  private readonly flat: number;
  private cross: NVMesh | undefined;
  private extent: Extent = { low: [0, 0, 0], high: [0, 0, 0] };

  private constructor(private readonly renderer: Renderer) {
    this.flat = renderer.setCustomMeshShader(FLAT, "flat");
    const organ = renderer.setCustomMeshShader(ORGAN, "organ");
    this.organs = new Organs(renderer.gl, organ);
    this.body = new Body(renderer.gl, { organ, veil: renderer.setCustomMeshShader(VEIL, "veil") });
    this.ct = new Ct(renderer);
  }

  /** NoWebGL: the browser has no WebGL2. */
  static async on(canvas: HTMLCanvasElement): Promise<Stage> {
    return new Stage(await Renderer.on(canvas));
  }

  /** Fits the scene into the picture; what is hidden counts too, so that nothing jumps when it is toggled. */
  fit(scene: Scene, mode: Mode): void {
    const bodies = this.organs.meshes;
    const volume = ofVolume(scene);
    this.extent = mode === "organs" && bodies.length > 0 ? ofMeshes(bodies) : volume;
    const { low, high } = this.extent;
    this.renderer.mode = mode;
    this.renderer.pivot3D = low.map((l, d) => (l + high[d]!) / 2);
    this.renderer.furthestFromPivot = (diagonal(this.extent) / 2) * (this.extent === volume ? CORNERS : 1);
    this.renderer.reach = diagonal(volume);
  }

  point(mm: Vector): void {
    this.cross?.unloadMesh(this.renderer.gl);
    this.cross = marker(this.renderer.gl, this.flat, mm, this.extent);
  }

  /** Draws at once; returns how one gets from mm to CSS pixels in this picture. */
  frame(camera: Camera, background: readonly number[], width: number, height: number): Projection {
    const { renderer } = this;
    const { scene } = renderer;
    renderer.opts.backColor = [...background, 1];
    [scene.renderAzimuth, scene.renderElevation, scene.volScaleMultiplier] = [camera.azimuth, camera.elevation, camera.zoom];
    renderer.position = new Float32Array([-camera.pan[0], camera.pan[1], 0]);
    renderer.meshes = this.meshes;
    renderer.draw();
    return new Projection(renderer.calculateMvpMatrix(null, WHOLE, camera.azimuth, camera.elevation)[0]!, width, height);
  }

  get busy(): boolean {
    return this.renderer.busy;
  }

  private get meshes(): NVMesh[] {
    const { mode } = this.renderer;
    return [
      ...(this.cross ? [this.cross] : []),
      ...(mode === "ct" ? [] : this.organs.meshes),
      ...(mode === "both" ? this.body.meshes : []),
    ];
  }

  release(): void {
    this.renderer.cleanup();
    this.renderer.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}
