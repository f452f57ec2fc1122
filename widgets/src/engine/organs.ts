import type { NVMesh } from "@niivue/niivue";
import { boxes } from "./boxes";
import { ofStructure } from "./masks";
import type { Scene, Vector } from "./scene";
import { solid } from "./solid";

/** One mesh a structure, so that hiding one costs nothing. */
export class Organs {
  private bodies: (NVMesh | undefined)[] = [];
  private ids = new Uint8Array();
  private grid = "";

  constructor(
    private readonly gl: WebGL2RenderingContext,
    private readonly shader: number,
  ) {}

  get meshes(): NVMesh[] {
    return this.bodies.filter((mesh) => mesh !== undefined);
  }

  /** Builds what differs from the last scene: after a brush stroke one or two structures, in another case all. */
  show(scene: Scene): void {
    const count = scene.colors.length;
    const stale = this.stale(scene);
    const found = boxes(scene.ids, scene.shape, count);
    for (const mesh of this.bodies.splice(count)) mesh?.unloadMesh(this.gl);
    for (let i = 0; i < count; i++) {
      if (!stale.has(i + 1)) continue;
      this.bodies[i]?.unloadMesh(this.gl);
      const box = found[i];
      const look = { shader: this.shader, color: scene.colors[i]! };
      this.bodies[i] = box && solid(this.gl, ofStructure(scene, i + 1, box), scene.affine, look);
    }
    this.ids = scene.ids.slice(); // the caller may go on painting in its own array
    this.grid = grid(scene);
    this.paint(scene.visible, scene.colors);
  }

  paint(visible: boolean[], colors: Vector[]): void {
    this.bodies.forEach((mesh, i) => {
      if (!mesh) return;
      mesh.visible = visible[i] ?? false;
      const [r, g, b] = colors[i]!;
      if (mesh.rgba255.slice(0, 3).join() === [r, g, b].join()) return;
      mesh.rgba255 = new Uint8Array([r, g, b, 255]);
      mesh.updateMesh(this.gl);
    });
  }

  private stale(scene: Scene): Set<number> {
    const changed = new Set<number>();
    if (grid(scene) !== this.grid) scene.colors.forEach((_, i) => changed.add(i + 1));
    else
      scene.ids.forEach((id, at) => {
        if (id !== this.ids[at]) changed.add(id).add(this.ids[at]!);
      });
    return changed;
  }
}

const grid = ({ shape, affine, colors }: Scene) => [...shape, ...affine, colors.length].join();
