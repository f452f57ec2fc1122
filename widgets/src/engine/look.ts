/** In view space the viewer looks along +z and y points up: a normal of (0, 0, -1) faces the viewer. */
const HEAD = `#version 300 es
precision highp float;
uniform float opacity;
in vec4 vClr;
in vec3 vN;
out vec4 color;
`;

/** Solid bodies: a key light from the upper left, light from above, a soft shine, dark edges that set organs
 * apart, and less light at the back. */
export const ORGAN = `${HEAD}
const vec3 KEY = normalize(vec3(-0.45, 0.6, -0.8));
const vec3 HALFWAY = normalize(KEY + vec3(0.0, 0.0, -1.0));
void main() {
  vec3 n = normalize(vN);
  float light = 0.20 + 0.22 * (0.5 + 0.5 * n.y) + 0.72 * max(dot(n, KEY), 0.0);
  float edge = mix(0.35, 1.0, smoothstep(0.0, 0.55, -n.z));
  float shine = 0.20 * pow(max(dot(n, HALFWAY), 0.0), 36.0);
  float far = smoothstep(0.46, 0.80, gl_FragCoord.z); // 0.5 is the middle of the scene
  vec3 linear = (vClr.rgb * vClr.rgb * light * edge + shine) * mix(1.0, 0.4, far);
  color = vec4(sqrt(linear), opacity);
}`;

/** Something to see through: clear where it faces the viewer, a rim of light where it turns away. */
export const VEIL = `${HEAD}
void main() {
  float away = 1.0 - max(-normalize(vN).z, 0.0);
  color = vec4(vClr.rgb, opacity * (0.06 + pow(away, 2.5)));
  gl_FragDepth = gl_FragCoord.z + 0.002; // where the scan cuts the body off, skin and organs share a plane: organs win
}`;

/** One flat colour. */
export const FLAT = `${HEAD}
void main() {
  color = vec4(vClr.rgb, opacity);
}`;

const SIDE = 64;

/** What NiiVue lights the CT with: the brightness of a lit ball, which its surface normals look up. */
export function ball(): { pixels: Uint8Array; side: number } {
  const pixels = new Uint8Array(SIDE * SIDE * 4).fill(255);
  for (let row = 0; row < SIDE; row++)
    for (let column = 0; column < SIDE; column++) {
      const [x, y] = [(2 * column) / (SIDE - 1) - 1, 1 - (2 * row) / (SIDE - 1)];
      const z = Math.sqrt(Math.max(0, 1 - x * x - y * y));
      const key = Math.max(0, (-0.45 * x + 0.6 * y + 0.8 * z) / 1.1);
      const at = 4 * (row * SIDE + column);
      pixels.fill(Math.min(255, 255 * (0.16 + 0.42 * key + 0.3 * key ** 24)), at, at + 3);
    }
  return { pixels, side: SIDE };
}
