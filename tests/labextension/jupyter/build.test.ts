import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { expect } from "chai";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const FOLDER = join(ROOT, "share", "jupyter", "labextensions", "@espalier", "labextension");

interface Packaged {
  readonly name: string;
  readonly jupyterlab: {
    readonly _build: { readonly load: string; readonly extension: string; readonly style: string };
  };
}

describe("the built extension", () => {
  const scripts = () => readdirSync(join(FOLDER, "static")).filter((name) => name.endsWith(".js"));
  const text = (name: string) => readFileSync(join(FOLDER, "static", name), "utf8");
  const compressed = (name: string) => gzipSync(text(name), { level: 9 }).length;

  it("says how it is loaded, and has its settings' schema and licences", () => {
    const { name, jupyterlab } = JSON.parse(readFileSync(join(FOLDER, "package.json"), "utf8")) as Packaged;
    expect(name).to.equal("@espalier/labextension");
    expect(scripts()).to.include(jupyterlab._build.load.replace("static/", ""));
    expect(jupyterlab._build).to.include({ extension: "./extension", style: "./style" });
    const schemas = readdirSync(FOLDER, { recursive: true, encoding: "utf8" });
    expect(schemas.some((file) => file.endsWith("plugin.json"))).to.equal(true);
    expect(readdirSync(join(FOLDER, "static"))).to.include("third-party-licenses.json");
  });

  it("takes JupyterLab's packages from 4.2 on", () => {
    const entry = text(scripts().find((name) => name.startsWith("remoteEntry"))!);
    const wanted = [...entry.matchAll(/shareKey:"(@jupyterlab\/[^"]+)"[^}]*?requiredVersion:"([^"]+)"/g)];
    expect(wanted.map(([, name]) => name)).to.include("@jupyterlab/notebook");
    for (const [, name, range] of wanted) expect(range, name).to.equal("^4.2.0");
  });

  it("is at most 350 kB compressed, and nearly all of it is loaded with the first output", () => {
    const sizes = scripts().map((name) => [name, compressed(name)] as const);
    const total = sizes.reduce((sum, [, size]) => sum + size, 0);
    expect(total).to.be.at.most(350_000);
    // Vega, by a string that only it has.
    const drawing = scripts().filter((name) => text(name).includes("vega"));
    expect(drawing).to.not.include(scripts().find((name) => name.startsWith("remoteEntry")));
    const plugin = scripts().find((name) => text(name).includes("@espalier/labextension:plugin"))!;
    expect(compressed(plugin)).to.be.at.most(20_000);
  });

  it("holds no path of the machine that built it", () => {
    for (const name of scripts()) expect(text(name).includes(ROOT), name).to.equal(false);
  });
});
