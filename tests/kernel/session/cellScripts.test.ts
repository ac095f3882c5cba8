import { expect } from "chai";
import { CellScripts } from "../../../kernel/src/session/index.js";

describe("kernel/session/cellScripts", () => {
  const script = (n: number) => ({ code: `code ${n}`, label: `Cell In[${n}]`, sourceMap: `map ${n}` });

  it("knows the scripts of cells, the latest of each label, the oldest first", () => {
    const scripts = new CellScripts();
    for (const n of [1, 2]) scripts.add(script(n));
    expect(scripts.mapOf("Cell In[1]")).to.equal("map 1");
    expect(scripts.sourceOf("Cell In[2]")).to.deep.equal({ label: "Cell In[2]", source: "code 2", prologueLines: 0 });
    expect([scripts.mapOf("Cell In[3]"), scripts.sourceOf("x")]).to.deep.equal([undefined, undefined]);
    scripts.add({ ...script(1), code: "again" });
    expect([...scripts].map(({ code }) => code)).to.deep.equal(["again", "code 2"]);
  });

  it("forgets the oldest beyond 10,000", () => {
    const scripts = new CellScripts();
    for (let n = 1; n <= 10_002; n++) scripts.add(script(n));
    expect([scripts.mapOf("Cell In[2]"), scripts.mapOf("Cell In[3]")]).to.deep.equal([undefined, "map 3"]);
  });
});
