import { expect } from "chai";
import { backendSentence } from "../../src/notebook/backendNotice.js";
import type { BackendReport } from "../../src/tensor/index.js";

describe("notebook/backendNotice", () => {
  const native = { backend: "native", why: "set-up has linked no library", remedy: "npm run setup" } as const;
  const report = (rest: Partial<BackendReport>): BackendReport => ({
    ...{ backend: "wasm", forced: false, tfjs: "4.22.0", library: null, libraryDirectory: null, cuda: null },
    ...{ device: "a processor", threads: 1, better: [native] },
    ...rest,
  });

  it("says in one sentence why Espalier is slow, and the way out", () => {
    expect(backendSentence(report({}))).to.equal(
      "Espalier computes in WebAssembly, many times slower than natively: set-up has linked no library. To change that, run in a terminal: npm run setup",
    );
    expect(backendSentence(report({ backend: "js" }))).to.contain("plain JavaScript");
  });

  it("says nothing where the native library computes, or where the user chose", () => {
    const cuda = { backend: "cuda", why: "no driver", remedy: "install one" } as const;
    expect(backendSentence(report({ backend: "native", better: [cuda] }))).to.equal(null);
    expect(backendSentence(report({ backend: "cuda", better: [] }))).to.equal(null);
    expect(backendSentence(report({ forced: true }))).to.equal(null);
  });
});
