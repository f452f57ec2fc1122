import type { NVMesh } from "@niivue/niivue";
import { ofBody, ofBone } from "./masks";
import type { Scene, Vector } from "./scene";
import { solid } from "./solid";

const BONE_HU = 150;
const SKIN_HU = -300;
const IVORY: Vector = [226, 212, 184];
const SKIN: Vector = [214, 176, 152];

/** The skeleton and the skin around the organs, as surfaces of the CT; not there until a mode shows them. */
export class Body {
  private skeleton: NVMesh | undefined;
  private skin: NVMesh | undefined;

  constructor(
    private readonly gl: WebGL2RenderingContext,
    private readonly shaders: { organ: number; veil: number },
  ) {}

  build(scene: Scene): void {
    const { organ, veil } = this.shaders;
    this.skeleton ??= solid(this.gl, ofBone(scene, BONE_HU), scene.affine, { shader: organ, color: IVORY });
    this.skin ??= solid(this.gl, ofBody(scene, SKIN_HU), scene.affine, { shader: veil, color: SKIN, opacity: 0.6 });
  }

  /** The skin last: what is clear is drawn over what is behind it. */
  get meshes(): NVMesh[] {
    return [this.skeleton, this.skin].filter((mesh) => mesh !== undefined);
  }

  drop(): void {
    for (const mesh of this.meshes) mesh.unloadMesh(this.gl);
    this.skeleton = this.skin = undefined;
  }
}
