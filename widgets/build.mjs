// Bundles the three modules that the Python package serves; each stands alone, with no import left in it.
import { readFile } from "node:fs/promises";
import { build } from "esbuild";

// NiiVue reads Zarr over the network with zarrita, whose decoders weigh more than NiiVue itself. Nothing here calls it.
const withoutZarr = {
  name: "without-zarr",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]node_modules[\\/]zarrita[\\/]/ }, () => ({ contents: "", loader: "empty" }));
  },
};

// NiiVue carries a font and a light as pictures; the engine draws with neither.
const withoutPictures = {
  name: "without-pictures",
  setup({ onLoad }) {
    onLoad({ filter: /@niivue[\\/]niivue[\\/]build[\\/]niivue[\\/]index\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(/data:image\/[a-z]+;base64,[A-Za-z0-9+/=]+/g, ""),
      loader: "js",
    }));
  },
};

await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: ["src/loader.ts", "src/viewer.ts", "src/engine.ts"],
  outdir: "../atlas_lab/viewers/static",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  loader: { ".css": "text" },
  plugins: [withoutZarr, withoutPictures],
  logLevel: "warning",
});
