import fs from "node:fs";
import path from "node:path";
import { assert } from "chai";
import fc from "fast-check";
import { openWeights, writeSafetensors } from "../../src/checkpoint/index.js";
import { expectSentence, scratchFolder } from "./support.js";

describe("weights", () => {
  const folder = scratchFolder();
  let count = 0;
  const f32 = (...data: number[]) => ({ dtype: "F32", shape: [data.length], data: Float32Array.from(data) }) as const;

  /** A directory with shards a (x, y) and b (z), and this index. */
  function sharded(index: unknown): string {
    const directory = path.join(folder, String(count++));
    fs.mkdirSync(directory);
    writeSafetensors(path.join(directory, "a.safetensors"), { x: f32(1), y: f32(2, 3) });
    writeSafetensors(path.join(directory, "b.safetensors"), {
      z: { dtype: "BF16", shape: [1, 1], data: Float32Array.of(4) },
    });
    fs.writeFileSync(
      path.join(directory, "model.safetensors.index.json"),
      typeof index === "string" ? index : JSON.stringify(index),
    );
    return directory;
  }
  const map = { x: "a.safetensors", y: "a.safetensors", z: "b.safetensors" };

  it("reads shards as one set of tensors", () => {
    const weights = openWeights(sharded({ metadata: {}, weight_map: map }));
    assert.sameMembers(weights.names, ["x", "y", "z"]);
    assert.deepEqual([...weights.read("y", [2])], [2, 3]);
    assert.deepEqual([...weights.read("z", [1, 1])], [4]);
    assert.isTrue(weights.has("x"));
    assert.isFalse(weights.has("w"));
    expectSentence(() => weights.read("y", [3]), /"y" .* has shape \[2\], config.json implies \[3\]/);
    expectSentence(() => weights.read("y", [2, 1]), /\[2\], config.json implies \[2,1\]/);
    expectSentence(() => weights.read("w", [1]), /has no tensor "w" among its 3/);
    weights.close();
  });

  it("prefers a single file, as transformers does", () => {
    const directory = sharded({ weight_map: map });
    writeSafetensors(path.join(directory, "model.safetensors"), { only: f32(9) });
    const weights = openWeights(directory);
    assert.deepEqual(weights.names, ["only"]);
    weights.close();
  });

  it("refuses an index that does not tell the truth", () => {
    const refuse = (index: unknown, wanted: RegExp) => expectSentence(() => openWeights(sharded(index)), wanted);
    refuse({ weight_map: { ...map, z: "c.safetensors" } }, /shard .*c\.safetensors is missing/);
    refuse({ weight_map: { ...map, z: "a.safetensors" } }, /"z" is in a\.safetensors, but it is not there/);
    refuse({ weight_map: { ...map, z: "../b.safetensors" } }, /puts tensor "z" into "\.\.\/b\.safetensors"/);
    refuse({ weight_map: { ...map, z: "..\\b.safetensors" } }, /without folders/);
    refuse({ weight_map: { ...map, z: "/etc/passwd" } }, /without folders/);
    refuse({ weight_map: { ...map, z: 3 } }, /into 3/);
    refuse({ weight_map: [] }, /weight_map/);
    refuse("[]", /JSON object/);
    refuse("{", /not valid JSON/);
    expectSentence(() => openWeights(path.join(folder, "none")), /does not exist/);
    expectSentence(() => openWeights(folder), /neither model\.safetensors nor/);
  });

  it("survives any index", () => {
    const directory = sharded({});
    const shard = fc.oneof(fc.constantFrom("a.safetensors", "b.safetensors", "..", "."), fc.string(), fc.jsonValue());
    const index = fc.oneof(
      fc.json(),
      fc.dictionary(fc.constantFrom("x", "y", "z", "__proto__"), shard).map((m) => JSON.stringify({ weight_map: m })),
    );
    fc.assert(
      fc.property(index, (text) => {
        fs.writeFileSync(path.join(directory, "model.safetensors.index.json"), text);
        try {
          openWeights(directory).close();
        } catch (error) {
          assert.equal((error as Error).name, "EspalierError", String(error));
        }
      }),
      { numRuns: 300, seed: 4 },
    );
  });
});
