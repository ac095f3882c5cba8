import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { userModules } from "../../../kernel/src/debugger/modules.js";
import { DebugClient } from "./debugClient.js";

describe("Modules of the debugger", function () {
  this.timeout(60_000);
  let client: DebugClient;

  before(async () => {
    client = await DebugClient.start();
  });
  after(() => client.close());

  /** Writes a file below the notebook's folder. @returns its path. */
  function write(name: string, text: string): string {
    const file = path.join(client.folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
    return file;
  }

  it("are none of the kernel's own, and all that the notebook has loaded, with their texts", async () => {
    await client.attach();
    expect(await client.debug("modules")).to.deep.equal({ modules: [], totalModules: 0 });
    const shared = write("lib/shared.ts", "export const base: number = 5;\n");
    const local = write("local.ts", 'import { base } from "./lib/shared";\nexport const more: number = base + 1;\n');
    const text = "exports.twice = (a) => 2 * a;\n";
    const packaged = write("node_modules/twice/main.js", text);
    write("node_modules/twice/package.json", '{ "name": "twice", "main": "main.js" }');
    await client.execute(
      'import { more } from "./local"; import { twice } from "twice"; import "node:path"; twice(more)',
    );
    expect(await client.result()).to.equal("12");
    const { modules, totalModules } = await client.debug("modules");
    const byName = Object.fromEntries(modules.map(({ name, path }: { name: string; path: string }) => [name, path]));
    expect(byName).to.deep.equal({ "lib/shared.ts": shared, "local.ts": local, "twice/main.js": packaged });
    expect(totalModules).to.equal(3);
    expect(await client.debug("source", { source: { path: packaged } })).to.deep.equal({
      content: text,
      mimeType: "text/javascript",
    });
    expect((await client.debug("source", { source: { path: shared } }))["mimeType"]).to.equal("text/typescript");
  });

  it("are listed once when a file was loaded again, and not when it is gone", async () => {
    const local = write("local.ts", "export const more: number = 7;\n");
    await client.execute('import { more as again } from "./local"; again');
    expect(await client.result()).to.equal("7");
    const names = async () => (await client.debug("modules"))["modules"].map(({ name }: { name: string }) => name);
    expect((await names()).filter((name: string) => name === "local.ts")).to.have.length(1);
    fs.rmSync(local);
    expect(await names()).not.to.include("local.ts");
  });

  it("are given in parts, and named by their path outside of the notebook's folder", () => {
    const files = [import.meta.filename, process.execPath];
    const root = path.dirname(import.meta.filename);
    const part = userModules(files, root, { startModule: 1, moduleCount: 1 });
    expect(part).to.deep.equal({
      modules: [{ id: process.execPath, name: process.execPath, path: process.execPath }],
      totalModules: 2,
    });
    const { modules } = userModules(files, root, {}) as { modules: { name: string }[] };
    expect(modules[0]?.name).to.equal("modules.test.js");
  });
});
