/** From which side one looks, in degrees; elevation 90 is from above the head. */
const VIEWS = {
  anterior: [180, 0],
  posterior: [0, 0],
  left: [90, 0],
  right: [270, 0],
  superior: [180, 90],
  inferior: [180, -90],
} as const;
const KEYS = Object.values(VIEWS);
const NEAREST = 8;
const FARTHEST = 0.5;
const STEP = 10; // degrees an arrow key turns

export interface Camera {
  azimuth: number;
  elevation: number;
  zoom: number;
  pan: [number, number]; // mm to the right and up on the screen
}

/** A little from the right and above: depth shows at once, and the patient still faces the viewer. */
export const start = (): Camera => ({ azimuth: 200, elevation: 12, zoom: 1, pan: [0, 0] });

/** The poles are where it stops: the head never points down. */
export function turn(camera: Camera, across: number, up: number): void {
  camera.azimuth = (camera.azimuth + across + 360) % 360;
  camera.elevation = Math.min(90, Math.max(-90, camera.elevation + up));
}

export function zoom(camera: Camera, factor: number): void {
  camera.zoom = Math.min(NEAREST, Math.max(FARTHEST, camera.zoom * factor));
}

/** Turns, zooms or moves as a key asks, arrows as a drag would; false where the key means nothing here. */
export function press(camera: Camera, key: string): boolean {
  const view = KEYS[Number(key) - 1];
  if (view) [camera.azimuth, camera.elevation] = view;
  else if (key === "ArrowLeft") turn(camera, -STEP, 0);
  else if (key === "ArrowRight") turn(camera, STEP, 0);
  else if (key === "ArrowUp") turn(camera, 0, -STEP);
  else if (key === "ArrowDown") turn(camera, 0, STEP);
  else if (key === "+" || key === "=") zoom(camera, 1.2);
  else if (key === "-") zoom(camera, 1 / 1.2);
  else if (key === "0") Object.assign(camera, start());
  else return false;
  return true;
}
