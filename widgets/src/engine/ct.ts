import { cmapper, type Niivue, NVImage } from "@niivue/niivue";
import { nifti } from "./nifti";
import type { Scene } from "./scene";

const COLORMAP = "atlas_lab_ct";

/** Clear below the window, then muscle's red, contrast's orange and bone's ivory, ever more solid. */
cmapper.addColormap(COLORMAP, {
  I: [0, 70, 130, 180, 215, 255],
  R: [20, 96, 168, 214, 240, 255],
  G: [8, 40, 76, 140, 214, 252],
  B: [6, 30, 54, 88, 176, 240],
  A: [0, 0, 10, 60, 150, 220],
});

/** The CT as NiiVue's volume rendering; not there until a mode shows it. */
export class Ct {
  private volume: NVImage | undefined;
  private loading: Promise<NVImage> | undefined;

  constructor(private readonly niivue: Niivue) {}

  /** HU become colours here, once, not in every frame: 0.1 s to seconds on a software renderer. True: something changed. */
  async show(scene: Scene): Promise<boolean> {
    this.loading ??= NVImage.loadFromFile({ file: new File([nifti(scene)], "ct.nii"), colormap: COLORMAP });
    const { loading } = this;
    const volume = await loading;
    if (loading !== this.loading || this.niivue.gl.isContextLost()) return false; // dropped meanwhile
    const [low, high] = scene.window;
    if (this.volume && volume.cal_min === low && volume.cal_max === high) return false;
    [volume.cal_min, volume.cal_max] = [low, high];
    if (this.volume) this.niivue.updateGLVolume();
    else this.niivue.addVolume((this.volume = volume));
    return true;
  }

  drop(): void {
    if (this.volume) this.niivue.removeVolume(this.volume);
    this.volume = this.loading = undefined;
  }
}
