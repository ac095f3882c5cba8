import * as tf from "@tensorflow/tfjs";
import { expect } from "chai";
import { arrayPreview, formatNumber } from "../../../kernel/src/display/arrayPreview.js";
import type { DisplayBundle } from "../../../kernel/src/display/bundle.js";
import { toMimeBundle } from "../../../kernel/src/display/mimeBundle.js";
import { MAX_DOWNLOADED } from "../../../kernel/src/display/tensor.js";
import { useBackend } from "../../../src/tensor/index.js";

function text(value: unknown): string {
  return (toMimeBundle(value) as DisplayBundle).data["text/plain"] as string;
}

/** What a tensor of TensorFlow.js has, and how many elements of it were downloaded. */
class Remote {
  readonly dtype = "float32";
  readonly dataId = {};
  downloaded = 0;
  constructor(readonly shape: number[]) {}
  dataSync(): Float32Array {
    const size = this.shape.reduce((product, length) => product * length, 1);
    this.downloaded += size;
    return new Float32Array(size);
  }
}

describe("kernel/display/tensor", () => {
  before(() => useBackend());

  it("shows shape, type, statistics and values", () => {
    expect(
      text(
        tf.tensor2d([
          [1, 2.5],
          [Number.NaN, Number.POSITIVE_INFINITY],
        ]),
      ),
    ).to.equal(
      "Tensor float32 [2, 2]\nmin 1   mean 1.75   max 2.5   NaN 1   Inf 1\n[[       1,      2.5],\n [     NaN, Infinity]]",
    );
    expect(text(tf.scalar(3, "int32"))).to.equal("Tensor int32 []\n3");
    expect(text(tf.tensor1d([true, false], "bool"))).to.include("[ true, false]");
    expect(text(tf.tensor1d(["<a>"]))).to.equal('Tensor string [1]\n["<a>"]');
    expect(text(tf.complex([1, 2], [3, -4]))).to.equal("Tensor complex64 [2]\n[1+3i, 2-4i]");
    expect(text(tf.variable(tf.tensor1d([1, 2]), true, "weights"))).to.match(/^Variable weights float32 \[2\]\n/);
    expect(text(tf.zeros([0, 3]))).to.equal("Tensor float32 [0, 3]\n[]");
    const { data } = toMimeBundle(tf.tensor1d(["<a>"])) as DisplayBundle;
    expect(data["text/html"]).to.include("&lt;a&gt;").and.not.include("<a>");
  });

  it("leaves out the middle of what is long", () => {
    expect(text(tf.range(0, 1000)).split("\n")[2]).to.equal("[  0,   1,   2, …, 997, 998, 999]");
    const lines = text(tf.range(0, 10_000).reshape([100, 100])).split("\n");
    expect(lines).to.have.length(9);
    expect(lines[2]).to.equal("[[   0,    1,    2, …,   97,   98,   99],");
    expect(lines[8]).to.equal(" [9900, 9901, 9902, …, 9997, 9998, 9999]]");
  });

  it("says that a tensor is disposed", () => {
    const tensor = tf.zeros([2]);
    tensor.dispose();
    expect(text(tensor)).to.equal("Tensor float32 [2], disposed");
  });

  it("downloads the edges of a large tensor, right ones, and leaves no tensor behind", () => {
    const large = tf.tidy(() =>
      tf
        .range(0, 4200, 1, "int32")
        .reshape([4200, 1])
        .add(tf.zeros([1, 4000], "int32")),
    );
    expect(large.size).to.be.above(MAX_DOWNLOADED);
    const { numTensors } = tf.memory();
    const lines = text(large).split("\n");
    expect(lines[1]).to.match(/^min 0 .* max 262 {3}NaN 0 {3}Inf 0 \(of the first 1,048,576 elements\)$/);
    expect(lines[2]).to.equal("[[   0,    0,    0, …,    0,    0,    0],");
    expect(lines.at(-1)).to.equal(" [4199, 4199, 4199, …, 4199, 4199, 4199]]");
    expect(tf.memory().numTensors).to.equal(numTensors);
    large.dispose();
  });

  it("does not download a large tensor that cannot be sliced", () => {
    const large = new Remote([5000, 5000]);
    expect(text(large)).to.equal(
      "Tensor float32 [5000, 5000]\n25,000,000 elements, too many to download; slice it to see some.",
    );
    expect(large.downloaded).to.equal(0);
    const small = new Remote([2, 2]);
    expect(text(small)).to.include("[[0, 0],\n [0, 0]]");
  });

  it("survives what only looks like a tensor", () => {
    for (const shape of [[-1], [2.5], Array(30).fill(2), ["a"]])
      expect(text(new Remote(shape as number[]))).to.match(/^Remote \{/);
    const short = Object.assign(new Remote([2, 2]), { dataSync: () => new Float32Array(1) });
    expect(text(short)).to.be.a("string");
    const faulty = Object.assign(new Remote([2]), {
      dataSync() {
        throw new Error("device lost");
      },
    });
    expect(text(faulty)).to.include("It could not be shown in another way: Error: device lost");
  });

  it("prints arrays of any rank", () => {
    expect(arrayPreview([2, 1, 2], (indices) => indices.join(""))).to.equal("[[[000, 001]],\n\n [[100, 101]]]");
    expect(arrayPreview([], () => "5")).to.equal("5");
    expect([0.1 + 0.2, 1e-7, 123456.789, 1e21, -0, 1234567].map(formatNumber)).to.deep.equal([
      "0.3",
      "1e-7",
      "123460",
      "1e+21",
      "-0",
      "1234567",
    ]);
  });

  it("shows long typed arrays with statistics, short ones whole", () => {
    expect(text(new Float32Array(1000))).to.equal(
      "Float32Array(1000)\nmin 0   mean 0   max 0   NaN 0   Inf 0\n[0, 0, 0, …, 0, 0, 0]",
    );
    expect(text(Int8Array.of(1, -2))).to.equal("Int8Array(2) [ 1, -2 ]");
    expect(text(new BigInt64Array(200))).to.include("100 more items");
    expect(text(Buffer.alloc(200))).to.match(/^<Buffer 00/);
  });
});
