import { Niivue, SLICE_TYPE } from "@niivue/niivue";
import { ball } from "./look";
import { type Mode, NoWebGL } from "./scene";

const UNAVAILABLE =
  "The 3-D view needs WebGL2, which this browser does not give: switch hardware acceleration on in its settings, " +
  "or use another browser.";
const MATCAP_UNIT = 33989; // the texture unit in which NiiVue looks up the light that falls on the CT
const ILLUMINATION = 0.85;
export const WHOLE = [0, 0, 0, 0]; // NiiVue's word for the whole canvas

/** NiiVue without its own mouse, sizes, letters and fit. */
export class Renderer extends Niivue {
  mode: Mode = "organs";
  reach = 1; // mm in front of and behind the pivot that are drawn
  private drawn: WebGLSync | null = null;

  /** NoWebGL: the browser has no WebGL2. */
  static async on(canvas: HTMLCanvasElement): Promise<Renderer> {
    // NiiVue asks for a context again, and is given this one with these attributes.
    if (!canvas.getContext("webgl2", { alpha: false, antialias: false })) throw new NoWebGL(UNAVAILABLE);
    const renderer = new Renderer({ interactive: false, isResizeCanvas: false, loadingText: "", logLevel: "silent" });
    await renderer.attachToCanvas(canvas, false);
    renderer.opts.sliceType = SLICE_TYPE.RENDER;
    await renderer.setVolumeRenderIllumination(ILLUMINATION);
    return renderer;
  }

  /** No letters, so no font; and the light on the CT is computed here, not a picture to decode. */
  override async initText(): Promise<void> {
    const { pixels, side } = ball();
    this.matCapTexture = this.rgbaTex2D(this.matCapTexture, MATCAP_UNIT, [2, side, side], pixels);
  }

  /** NiiVue draws after whatever is done to it, often twice; the view knows when it is time. */
  override drawScene(): void {}

  draw(): void {
    this.drawSceneCore();
    this.gl.deleteSync(this.drawn);
    this.drawn = this.gl.fenceSync(this.gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    this.gl.flush();
  }

  /** Whether the last picture is not there yet; asked for, not waited for, which would hold up the whole page. */
  get busy(): boolean {
    return this.drawn !== null && this.gl.getSyncParameter(this.drawn, this.gl.SYNC_STATUS) === this.gl.UNSIGNALED;
  }

  /** NiiVue would fit whatever meshes and volumes it holds, in every frame. */
  override setPivot3D(): void {}

  /** NiiVue's depth ends close behind the pivot when one zooms in, and cuts off what lies there; ours holds the scan. */
  override calculateMvpMatrix(...how: Parameters<Niivue["calculateMvpMatrix"]>): ReturnType<Niivue["calculateMvpMatrix"]> {
    const matrices = super.calculateMvpMatrix(...how);
    const mvp = matrices[0]!;
    const scale = 1 / (this.reach * Math.hypot(mvp[2]!, mvp[6]!, mvp[10]!));
    mvp[14] = 0;
    for (const [d, i] of [2, 6, 10].entries()) {
      mvp[i]! *= scale;
      mvp[14] -= mvp[i]! * this.pivot3D[d]!;
    }
    return matrices;
  }

  override drawImage3D(...how: Parameters<Niivue["drawImage3D"]>): void {
    if (this.mode === "ct") super.drawImage3D(...how);
  }
}
