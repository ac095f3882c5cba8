import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { assert } from "chai";
import fc from "fast-check";
import { narrowBf16, narrowF16, widenF16 } from "../../src/checkpoint/halfFloat.js";
import { fileError, openSafetensors, type TensorToWrite, writeSafetensors } from "../../src/checkpoint/index.js";
import { expectSentence, golden, goldenJson, safetensorsBytes, scratchFolder, sha256 } from "./support.js";

interface Dtypes {
  tensors: Record<string, { shape: number[]; float: number[] }>;
  halves: string;
  narrow: Record<"wide" | "near", { f16: string; bf16: string }>;
}

const floats = ["f32", "f64", "f16", "bf16", "scalar", "empty"];
const integers = ["i64", "i32", "i16", "i8", "u8", "bool"];

function withoutNaN(values: Float32Array): Float32Array {
  return values.map((value) => (Number.isNaN(value) ? 0 : value));
}

describe("safetensors", () => {
  const folder = scratchFolder();
  const expected = goldenJson<Dtypes>("dtypes.json");
  const scratch = (bytes: Uint8Array) => {
    const file = path.join(folder, "hostile.safetensors");
    fs.writeFileSync(file, bytes);
    return file;
  };
  const refused = (header: string | Uint8Array, dataBytes: number, wanted: RegExp, claimed?: bigint) =>
    expectSentence(
      () => openSafetensors(scratch(safetensorsBytes(header, new Uint8Array(dataBytes), claimed))),
      wanted,
    );

  it("reads every dtype of a file that the Python package wrote", () => {
    const file = openSafetensors(golden("dtypes.safetensors"));
    assert.equal(file.metadata.get("note"), "ünïcode");
    for (const name of [...floats, ...integers]) {
      const { shape, float } = expected.tensors[name]!;
      assert.deepEqual([...file.info(name).shape], shape, name);
      const values = floats.includes(name) ? file.readFloat32(name) : file.readInt32(name);
      // torch's float() of the large integers rounds, as float32 does here.
      assert.deepEqual([...Float32Array.from(values)], float, name);
      assert.equal(file.read(name).data.length, values.length);
    }
    assert.deepEqual([...(file.read("i64_large").data as BigInt64Array)], [0n, 2n ** 40n]);
    file.close();
  });

  it("reads ranges", () => {
    const file = openSafetensors(golden("dtypes.safetensors"));
    for (const name of ["f32", "f64", "f16", "bf16"]) {
      assert.deepEqual(file.readFloat32(name, { start: 9, count: 4 }), file.readFloat32(name).slice(9, 13), name);
    }
    assert.deepEqual([...file.readInt32("i64", { start: 1, count: 2 })], [-2, 2147483647]);
    expectSentence(() => file.readFloat32("f32", { start: 30, count: 6 }), /Elements 30 to 36 .* it has 35/);
    file.close();
  });

  it("names the tensor that cannot be read, and why", () => {
    const file = openSafetensors(golden("dtypes.safetensors"));
    expectSentence(() => file.readInt32("i64_large"), /Element 1 of tensor "i64_large" .* is 1099511627776/);
    expectSentence(() => file.readFloat32("f8"), /"f8" .* dtype F8_E4M3, which is not supported/);
    expectSentence(() => file.readFloat32("i32"), /"i32" .* dtype I32; F32/);
    expectSentence(() => file.readInt32("f32"), /"f32" .* dtype F32; an integer dtype/);
    expectSentence(() => file.info("weight"), /has no tensor "weight"/);
    file.close();
    expectSentence(() => file.readFloat32("f32"), /was closed/);
  });

  it("widens all 65,536 halves as numpy does", () => {
    const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const wide = new Float32Array(65536);
    widenF16(all, wide);
    assert.equal(wide.filter(Number.isNaN).length, 2 * 1023);
    assert.equal(sha256(withoutNaN(wide)), expected.halves);
  });

  it("rounds to halves and bfloat16 as torch does, subnormals and ties included", () => {
    const bits = Uint32Array.from({ length: 200000 }, (_, i) => Math.imul(i, 2654435761) >>> 0);
    const wide = withoutNaN(new Float32Array(bits.buffer));
    const near = Float32Array.from({ length: 80000 }, (_, i) => (i - 40000) * 2 ** -26);
    // numpy's sequence holds no negative zero.
    near[40000] = 0;
    assert.equal(sha256(narrowF16(wide)), expected.narrow.wide.f16);
    assert.equal(sha256(narrowBf16(wide)), expected.narrow.wide.bf16);
    assert.equal(sha256(narrowF16(near)), expected.narrow.near.f16);
    assert.equal(sha256(narrowBf16(near)), expected.narrow.near.bf16);
    const odd = Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, 65519.99, 65520);
    assert.deepEqual([...narrowF16(odd)], [0x7e00, 0x7c00, 0x7bff, 0x7c00]);
    assert.deepEqual([...narrowBf16(odd.subarray(0, 2))], [0x7fc0, 0x7f80]);
  });

  it("writes what it reads, aligned and in a fixed order", () => {
    const file = path.join(folder, "written.safetensors");
    const f32 = Float32Array.of(1.5, -2, 1e-8);
    const tensors: Record<string, TensorToWrite> = {
      u8: { dtype: "U8", shape: [3], data: Uint8Array.of(1, 2, 255) },
      "0": { dtype: "F16", shape: [3], data: f32 },
      b: { dtype: "F32", shape: [3, 1], data: f32 },
      a: { dtype: "BF16", shape: [1, 3], data: f32 },
      i32: { dtype: "I32", shape: [], data: Int32Array.of(-5) },
      i64: { dtype: "I64", shape: [2], data: Int32Array.of(-1, 7) },
      big: { dtype: "I64", shape: [1], data: BigInt64Array.of(-(2n ** 50n)) },
    };
    writeSafetensors(file, tensors, { made: "here" });
    const read = openSafetensors(file);
    assert.deepEqual(read.names, ["big", "i64", "b", "i32", "0", "a", "u8"]);
    assert.equal(read.metadata.get("made"), "here");
    assert.deepEqual(read.readFloat32("b"), f32);
    assert.deepEqual([...read.readFloat32("0")], [1.5, -2, 0]);
    assert.closeTo(read.readFloat32("a")[2]!, 1e-8, 1e-10);
    assert.deepEqual([...read.readInt32("i64")], [-1, 7]);
    assert.deepEqual([...(read.read("big").data as BigInt64Array)], [-(2n ** 50n)]);
    read.close();
    const before = fs.readFileSync(file);
    writeSafetensors(file, new Map(Object.entries(tensors).reverse()), { made: "here" });
    assert.deepEqual(fs.readFileSync(file), before);
    expectSentence(
      () => writeSafetensors(file, { x: { dtype: "F32", shape: [2], data: f32 } }),
      /"x" .* has 3 values, its shape \[2\] wants 2/,
    );
  });

  it("converts tensors that are larger than one read", () => {
    const file = path.join(folder, "long.safetensors");
    const count = 1_300_001;
    const values = Float32Array.from({ length: count }, (_, i) => i % 2048);
    const ids = Int32Array.from(values);
    writeSafetensors(file, {
      half: { dtype: "F16", shape: [count], data: values },
      ids: { dtype: "I64", shape: [count], data: ids },
    });
    const read = openSafetensors(file);
    assert.equal(sha256(read.readFloat32("half")), sha256(values));
    assert.equal(sha256(read.readInt32("ids")), sha256(ids));
    read.close();
  });

  it("does not put a file in the place of a folder or a device", () => {
    const tensors = { a: { dtype: "F32", shape: [1], data: new Float32Array(1) } } as const;
    expectSentence(() => writeSafetensors(folder, tensors), /no regular file/);
    assert.isTrue(fs.statSync(folder).isDirectory());
    if (!fs.existsSync("/dev/null")) return;
    expectSentence(() => writeSafetensors("/dev/null", tensors), /no regular file/);
    assert.isTrue(fs.statSync("/dev/null").isCharacterDevice());
  });

  it("keeps the earlier file when there is no room for the new one", function () {
    if (process.platform === "win32") this.skip();
    const file = path.join(folder, "full.safetensors");
    fs.writeFileSync(file, "earlier");
    const module = pathToFileURL(path.resolve("dist/src/checkpoint/index.js")).href;
    const program = `import { writeSafetensors } from ${JSON.stringify(module)};
      try { writeSafetensors(${JSON.stringify(file)}, { x: { dtype: "F32", shape: [1000000], data: new Float32Array(1000000) } }); }
      catch (error) { console.log(error.name + ": " + error.message); }`;
    const command = `ulimit -f 100; exec "${process.execPath}" --input-type=module -e '${program}'`;
    const output = execFileSync("bash", ["-c", command], { encoding: "utf8" });
    assert.match(output, /EspalierError: Cannot write .*full\.safetensors: .*larg/);
    assert.equal(fs.readFileSync(file, "utf8"), "earlier");
    assert.deepEqual(
      fs.readdirSync(folder).filter((name) => name.endsWith(".tmp")),
      [],
    );
    assert.match(
      fileError("write", "x", Object.assign(new Error("ENOSPC"), { code: "ENOSPC" })).message,
      /disk is full; free some space/,
    );
    expectSentence(() => writeSafetensors(path.join(folder, "no", "x"), {}), /does not exist/);
  });

  it("reads and writes beyond 4 GiB", () => {
    // A sparse file: the hole takes no room.
    const hole = 5 * 1024 ** 3;
    const header = JSON.stringify({
      hole: { dtype: "U8", shape: [hole], data_offsets: [0, hole] },
      end: { dtype: "F32", shape: [2], data_offsets: [hole, hole + 8] },
    });
    const file = path.join(folder, "large.safetensors");
    const start = safetensorsBytes(header, new Uint8Array(0));
    const fd = fs.openSync(file, "w");
    fs.writeSync(fd, start);
    fs.writeSync(fd, new Uint8Array(Float32Array.of(3, 4).buffer), 0, 8, start.length + hole);
    fs.closeSync(fd);
    const read = openSafetensors(file);
    assert.deepEqual([...read.readFloat32("end")], [3, 4]);
    assert.deepEqual([...read.readInt32("hole", { start: hole - 2, count: 2 })], [0, 0]);
    read.close();
    fs.rmSync(file);
  });

  it("refuses lying and hostile headers", () => {
    const entry = (dtype: string, shape: unknown, offsets: unknown) =>
      JSON.stringify({ dtype, shape, data_offsets: offsets });
    const one = entry("F32", [2], [0, 8]);
    expectSentence(() => openSafetensors(path.join(folder, "none")), /does not exist/);
    expectSentence(() => openSafetensors(folder), /not an ordinary file/);
    expectSentence(() => openSafetensors(scratch(new Uint8Array(5))), /has 5 bytes, too few/);
    expectSentence(() => openSafetensors(scratch(new TextEncoder().encode("version https://git-lfs"))), /git lfs pull/);
    refused("{}", 0, /claims a header of 1152921504606846976 bytes, at most/, 2n ** 60n);
    refused("{}", 0, /claims a header of 99999999 bytes but has only 2/, 99_999_999n);
    refused(Uint8Array.of(0x7b, 0xff, 0x7d), 0, /not UTF-8/);
    refused("[]", 0, /should be a JSON object/);
    refused(`{"a":`, 0, /not valid JSON/);
    refused(`{"a":${one},"\\u0061":${one}}`, 8, /names "a" twice/);
    refused(`{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 8, /names "dtype" twice/);
    refused(`{"__proto__":${one}}`, 8, /reserved name/);
    refused(`{"a":{"__proto__":${one}}}`, 8, /"a" .* unknown dtype "undefined"/);
    refused(`{"__metadata__":{"a":1}}`, 0, /__metadata__/);
    refused(`{"a":7}`, 0, /"a" .* should be described/);
    refused(`{"a":${entry("Q4", [2], [0, 8])}}`, 8, /"a" .* unknown dtype "Q4"/);
    refused(`{"a":${entry("F32", [-2], [0, 8])}}`, 8, /"a" .* shape/);
    refused(`{"a":${entry("F32", [2], [8, 0])}}`, 8, /data_offsets/);
    refused(`{"a":${entry("F32", [2], [0, 2 ** 60])}}`, 8, /data_offsets/);
    refused(`{"a":${entry("F32", [4], [0, 16])}}`, 8, /ends at data byte 16, but the file has only 8 data bytes/);
    refused(`{"a":${entry("F32", [3], [0, 8])}}`, 8, /is 12 bytes, but data_offsets give it 8/);
    refused(`{"a":${entry("F32", [2 ** 52, 2 ** 52, 2 ** 52], [0, 8])}}`, 8, /data_offsets give it 8/);
    refused(`{"a":${one},"b":${entry("F32", [2], [4, 12])}}`, 12, /"a" and "b" .* overlap at data byte 4/);
    refused(`{"a":${one},"b":${entry("F32", [1], [12, 16])}}`, 16, /gap of 4 bytes before tensor "b"/);
    refused(`{"a":${one}}`, 9, /has 1 bytes after its last tensor/);
  });

  it("survives random bytes and mutated files", () => {
    const valid = fs.readFileSync(golden("dtypes.safetensors"));
    const read = (bytes: Uint8Array) => {
      const file = openSafetensors(scratch(bytes));
      for (const name of file.names) file.read(name);
      file.close();
    };
    const mutation = fc.record({
      at: fc.nat(valid.length - 1),
      value: fc.integer({ min: 0, max: 255 }),
      cut: fc.option(fc.nat(valid.length)),
    });
    const onlySentences = (bytes: Uint8Array) => {
      try {
        read(bytes);
      } catch (error) {
        assert.equal((error as Error).name, "EspalierError", String(error));
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), onlySentences), { numRuns: 300, seed: 1 });
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.uint8Array({ maxLength: 20 }), (json, data) =>
        onlySentences(safetensorsBytes(json, data)),
      ),
      { numRuns: 300, seed: 2 },
    );
    fc.assert(
      fc.property(mutation, ({ at, value, cut }) => {
        const bytes = new Uint8Array(valid);
        bytes[at] = value;
        onlySentences(bytes.subarray(0, cut ?? undefined));
      }),
      { numRuns: 400, seed: 3 },
    );
  });
});
