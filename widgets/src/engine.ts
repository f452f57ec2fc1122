import { NoWebGL, type Pane, type Scene } from "./engine/scene";
import { View } from "./engine/view";

export { NoWebGL, type Pane, type Scene };

/** A 3-D view that fills `root`. NoWebGL: the browser has no WebGL2; its message is for the user. */
export async function createPane(
  root: HTMLElement,
  scene: Scene,
  onPick?: (mm: [number, number, number]) => void,
): Promise<Pane> {
  const view = new View(root, scene, onPick);
  await view.wake().catch((error: unknown) => {
    view.destroy();
    throw error;
  });
  return view;
}
