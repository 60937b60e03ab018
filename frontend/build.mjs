// Build the pages' script and style into the package. Everything is served by the site itself: no CDN, no font files.
import { build, context, transform } from "esbuild";
import { compile } from "sass";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "src", "vedette", "web", "static", "vedette");
const target = ["chrome123", "firefox120", "safari17.5"]; // the first with light-dark()

const scripts = {
  entryPoints: { vedette: join(here, "src", "main.ts") },
  outdir: out,
  bundle: true,
  splitting: true, // the charts are a chunk of their own, loaded after the first paint
  format: "esm",
  minify: true,
  target,
  chunkNames: "[name]-[hash]",
  legalComments: "linked",
  logLevel: "warning",
};

async function styles() {
  const compiled = compile(join(here, "src", "styles", "vedette.scss"), {
    loadPaths: [join(here, "node_modules")],
    quietDeps: true,
  });
  const { code } = await transform(compiled.css, { loader: "css", minify: true, target, legalComments: "inline" });
  await writeFile(join(out, "vedette.css"), code);
}

async function compress() {
  for (const name of await readdir(out)) {
    if (/\.(js|css|svg)$/.test(name)) {
      await writeFile(join(out, `${name}.gz`), gzipSync(await readFile(join(out, name)), { level: 9 }));
    }
  }
}

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await cp(join(here, "src", "favicon.svg"), join(out, "favicon.svg"));
await styles();
if (process.argv.includes("--watch")) {
  await (await context({ ...scripts, minify: false })).watch();
} else {
  await build(scripts);
  await compress();
}
