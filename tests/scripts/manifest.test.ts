import { mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { inFolder, loadScript } from "./scripts.js";

interface ManifestModule {
  writeManifest(directory: string, about: object): Promise<void>;
  checkManifest(directory: string): { manifest: Record<string, unknown> | null; why: string };
}

const BIG = 3 * 2 ** 20;

describe("scripts/setup/manifest", () => {
  let script: ManifestModule;
  before(async () => {
    script = await loadScript<ManifestModule>("manifest.mjs");
  });

  /** A library with a small file, a large one and a link, whole; then damaged in one way. */
  async function afterDamage(damage: (library: string) => void): Promise<string> {
    let why = "";
    await inFolder(async (folder) => {
      const library = join(folder, "library");
      mkdirSync(join(library, "sub"), { recursive: true });
      writeFileSync(join(library, "binding.node"), "the binding");
      writeFileSync(join(library, "sub", "big.so"), Buffer.alloc(BIG, 1));
      symlinkSync("big.so", join(library, "sub", "big.so.2"));
      await script.writeManifest(library, { library: "TensorFlow 0" });
      const whole = script.checkManifest(library);
      expect(whole.why).to.equal("");
      expect(whole.manifest?.library).to.equal("TensorFlow 0");
      damage(library);
      why = script.checkManifest(library).why;
    });
    return why;
  }

  const damages: [string, (library: string) => void, string][] = [
    ["a missing file", (l) => rmSync(join(l, "sub/big.so")), "sub/big.so is missing"],
    [
      "a truncated library",
      (l) => truncateSync(join(l, "sub/big.so"), BIG - 1),
      `sub/big.so has ${BIG - 1} of ${BIG} bytes`,
    ],
    [
      "a flipped byte of a small file",
      (l) => writeFileSync(join(l, "binding.node"), "the bindinh"),
      "binding.node has changed",
    ],
    ["a missing link", (l) => rmSync(join(l, "sub/big.so.2")), "sub/big.so.2 is missing"],
    [
      "a link that points elsewhere",
      (l) => {
        rmSync(join(l, "sub/big.so.2"));
        symlinkSync("other.so", join(l, "sub/big.so.2"));
      },
      "sub/big.so.2 is not the link it was",
    ],
    ["a missing manifest", (l) => rmSync(join(l, "manifest.json")), "its manifest is missing"],
    [
      "a torn manifest",
      (l) => writeFileSync(join(l, "manifest.json"), readFileSync(join(l, "manifest.json")).subarray(0, 50)),
      "its manifest cannot be read",
    ],
    ["a missing folder", (l) => rmSync(l, { recursive: true }), "it is not there"],
  ];
  for (const [name, damage, why] of damages) {
    it(`notices ${name}`, async () => {
      expect(await afterDamage(damage)).to.equal(why);
    });
  }
});
