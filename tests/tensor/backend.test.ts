import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { runModule } from "../scripts/scripts.js";

interface Report {
  readonly backend: string;
  readonly forced: boolean;
  readonly library: string | null;
  readonly threads: number;
  readonly device: string;
  readonly better: readonly { backend: string; why: string; remedy: string }[];
}

/** The checkout, from dist/tests/tensor. */
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Asks a process of its own, since a process keeps its first backend; also multiplies, which prints what wants to be printed. */
async function ask(root: string, env: Record<string, string | undefined>, argument = "") {
  const program = `
    const { useBackend } = await import(${JSON.stringify(join(root, "dist", "src", "tensor", "index.js"))});
    const { default: path } = await import("node:path");
    const { createRequire } = await import("node:module");
    const tf = createRequire(path.join(${JSON.stringify(root)}, "x.js"))("@tensorflow/tfjs");
    try {
      const report = await useBackend(${argument});
      const same = report === (await useBackend());
      const product = Array.from(await tf.matMul([[1, 2]], [[3], [4]]).data());
      console.log(JSON.stringify({ report, same, product }));
    } catch (error) {
      console.log(JSON.stringify({ error: { name: error.name, message: error.message } }));
    }`;
  const { code, output, errors } = await runModule(program, { ESPALIER_BACKEND: undefined, ...env });
  expect(errors, "what it prints on stderr").to.equal("");
  expect(code).to.equal(0);
  expect(output.trim().split("\n"), "what it prints on stdout").to.have.length(1);
  return JSON.parse(output) as {
    report?: Report;
    same?: boolean;
    product?: number[];
    error?: { name: string; message: string };
  };
}

describe("tensor/backend", function () {
  this.timeout(60_000);

  for (const backend of ["wasm", "js"]) {
    it(`uses ${backend} when asked to, computes, and stays quiet`, async () => {
      const { report, same, product } = await ask(ROOT, { ESPALIER_BACKEND: backend });
      expect(report?.backend).to.equal(backend);
      expect(report?.forced).to.equal(true);
      expect(report?.library).to.equal(null);
      expect(report?.threads).to.equal(1);
      expect(same).to.equal(true);
      expect(product).to.deep.equal([11]);
      const better = { wasm: ["cuda", "native"], js: ["cuda", "native", "wasm"] }[backend];
      expect(report?.better.map((b) => b.backend)).to.deep.equal(better);
    });
  }

  it("takes the argument before the environment", async () => {
    const { report } = await ask(ROOT, { ESPALIER_BACKEND: "js" }, '"wasm"');
    expect(report?.backend).to.equal("wasm");
  });

  it("uses the best one on its own, and says about every better one why not and how to get it", async () => {
    const { report, same, product } = await ask(ROOT, {});
    expect(product).to.deep.equal([11]);
    expect(same).to.equal(true);
    expect(report?.forced).to.equal(false);
    const order = ["cuda", "native", "wasm", "js"];
    expect(report?.better.map((b) => b.backend)).to.deep.equal(order.slice(0, order.indexOf(report?.backend ?? "")));
    for (const { why, remedy } of report?.better ?? []) {
      expect(why).to.not.equal("");
      expect(remedy).to.not.equal("");
    }
    expect(report?.device).to.not.equal("");
  });

  it("refuses an unknown one with the list of the known ones", async () => {
    const { error } = await ask(ROOT, { ESPALIER_BACKEND: "quantum" });
    expect(error?.name).to.equal("EspalierError");
    expect(error?.message).to.include('"quantum"').and.include("cuda, native, wasm, js");
  });

  it("refuses a second one in the same process", async () => {
    const { error } = await ask(ROOT, {}, '"js").then(() => useBackend("wasm")');
    expect(error?.name).to.equal("EspalierError");
    expect(error?.message).to.include('"js" is active');
  });

  /** A checkout of its own whose tfjs-node has no binding, or the given bytes for one. */
  describe("without a library that works", () => {
    let root: string;
    let library: string;

    beforeEach(() => {
      root = mkdtempSync(join(tmpdir(), "espalier-test-"));
      mkdirSync(join(root, "dist", "src"), { recursive: true });
      cpSync(join(ROOT, "dist", "src", "tensor"), join(root, "dist", "src", "tensor"), { recursive: true });
      cpSync(join(ROOT, "dist", "src", "errors.js"), join(root, "dist", "src", "errors.js"));
      writeFileSync(join(root, "package.json"), '{"type": "module"}');
      const linkAll = (folder: string, except: string) => {
        mkdirSync(join(root, folder), { recursive: true });
        for (const name of readdirSync(join(ROOT, folder))) {
          if (name !== except && !name.startsWith(".")) symlinkSync(join(ROOT, folder, name), join(root, folder, name));
        }
      };
      linkAll("node_modules", "@tensorflow");
      linkAll("node_modules/@tensorflow", "tfjs-node-gpu");
      const tfjsNode = join("node_modules", "@tensorflow", "tfjs-node-gpu");
      linkAll(tfjsNode, "lib");
      // Links resolve to their targets: the JavaScript that looks for the binding must be a copy.
      for (const name of ["dist", "package.json"]) {
        rmSync(join(root, tfjsNode, name));
        cpSync(join(ROOT, tfjsNode, name), join(root, tfjsNode, name), { recursive: true });
      }
      library = join(root, tfjsNode, "lib");
      mkdirSync(join(library, "napi-v8"), { recursive: true });
    });
    afterEach(() => rmSync(root, { recursive: true, force: true }));

    const native = (report?: Report) => report?.better.find(({ backend }) => backend === "native");

    it("falls back to WebAssembly and says that set-up has not run", async () => {
      const { report, product } = await ask(root, {});
      expect(report?.backend).to.equal("wasm");
      expect(product).to.deep.equal([11]);
      expect(native(report)).to.deep.include({
        why: "set-up has not provided the TensorFlow library in this checkout",
        remedy: "npm run setup",
      });
    });

    it("repeats why set-up could not provide it", async () => {
      const record = { variant: null, source: null, cuda: null, why: { native: "the network cannot be reached" } };
      writeFileSync(join(library, "espalier-setup.json"), JSON.stringify(record));
      expect(native((await ask(root, {})).report)?.why).to.equal("the network cannot be reached");
    });

    it("notices a link to a cache that is gone", async () => {
      symlinkSync(join(root, "gone.node"), join(library, "napi-v8", "tfjs_binding.node"));
      expect(native((await ask(root, {})).report)?.why).to.match(/tfjs_binding\.node points to is gone$/);
    });

    it("says why a binding does not load", async () => {
      writeFileSync(join(library, "napi-v8", "tfjs_binding.node"), "\x7fELF, but not really");
      const { report } = await ask(root, {});
      expect(report?.backend).to.equal("wasm");
      expect(native(report)?.why).to.match(/tfjs_binding\.node does not load: ./);
    });

    it("refuses when the native one is asked for", async () => {
      const { error } = await ask(root, { ESPALIER_BACKEND: "native" });
      expect(error?.name).to.equal("EspalierError");
      expect(error?.message).to.include("npm run setup").and.include("set-up has not provided");
    });
  });
});
