import * as tf from "@tensorflow/tfjs";
import { assert } from "chai";
import { layoutFrom, packLayout } from "../../src/models/index.js";
import { fastv } from "../../src/selectors/fastv.js";
import { attentionScores } from "../../src/selectors/index.js";
import { useBackend } from "../../src/tensor/index.js";
import { tinyModel, tinySample } from "../relaxation/tinyModel.js";

describe("selectors/fastv", () => {
  before(() => useBackend());

  it("asks the last token of the prompt, never the answer or the padding", () => {
    for (const promptLength of [1, 12, 90]) {
      const visual = Int32Array.of(0);
      const groups = fastv().raters({ id: "x", promptLength, visual }, visual);
      assert.deepEqual(groups, [Int32Array.of(promptLength - 1)]);
    }
  });

  it("passes that row's attention on", () => {
    tf.tidy(() => {
      const rows = tf.tensor3d([[[0.1, 0.2, 0.7]], [[0.5, 0.5, 0]]]);
      const scores = fastv().scores(rows);
      assert.deepEqual(scores.shape, [2, 3]);
      assert.deepEqual([...scores.dataSync()], [...rows.dataSync()]);
    });
  });

  it("scores by the mean over heads of the layer's own softmax, sample by sample", async () => {
    const model = tinyModel({ layers: 2 });
    const encoded = [tinySample("a", [3, [8, 8], 5], 2), tinySample("b", [2, [4, 8], 2], 3)];
    const layout = layoutFrom(encoded.map(({ inputIds }) => Int32Array.from(inputIds.keys())));
    tf.tidy(() => {
      const words = new Int32Array(layout.index.length).fill(9);
      // Words alone: what stands at the places does not matter here.
      encoded.forEach(({ inputIds }, b) => {
        words.set(
          inputIds.map((id) => (id === model.imageTokenId ? 10 : id)),
          b * layout.length,
        );
      });
      const positions = encoded.map(({ inputIds, gridThw }) => model.positions(inputIds, gridThw));
      const output = model.layer(0, {
        hidden: model.embed(words, null),
        batch: 2,
        rotary: model.rotary(positions, layout),
        mask: model.mask(0, positions, layout, layout),
      });
      const samples = encoded.map(({ id, promptLength }, b) => ({
        id,
        promptLength,
        visual: Int32Array.of(3),
        positions: positions[b],
      }));
      const survivors = samples.map(({ visual }) => visual);
      const scored = { layer: 0, output, queries: layout, keys: layout, survivors };
      const scores = attentionScores(model, fastv(), samples, scored).arraySync();
      const q = output.queries.arraySync();
      const k = output.keys.arraySync();
      samples.forEach(({ promptLength }, b) => {
        const row = promptLength - 1;
        const wanted = new Array<number>(layout.length).fill(0);
        q[b].forEach((head, h) => {
          const group = k[b][Math.floor((h * k[b].length) / q[b].length)];
          const logits = group.map((key, place) =>
            place <= row ? key.reduce((sum, x, j) => sum + x * head[row][j], 0) / Math.sqrt(key.length) : -Infinity,
          );
          const top = Math.max(...logits);
          const total = logits.reduce((sum, x) => sum + Math.exp(x - top), 0);
          logits.forEach((x, place) => {
            wanted[place] += Math.exp(x - top) / total / q[b].length;
          });
        });
        wanted.forEach((score, place) => {
          assert.closeTo(scores[b][place], score, 1e-5);
        });
        assert.closeTo(
          scores[b].reduce((a, c) => a + c, 0),
          1,
          1e-5,
        );
      });
    });
    model.dispose();
  });

  it("scores the same where samples are packed", () => {
    const model = tinyModel({ layers: 2 });
    const encoded = [
      tinySample("a", [3, [8, 8], 5], 2),
      tinySample("b", [2, [4, 8], 2], 3),
      tinySample("c", [1, [4, 4], 2], 1),
    ];
    const words = ({ inputIds }: (typeof encoded)[number]) =>
      inputIds.map((id) => (id === model.imageTokenId ? 10 : id));
    const all = encoded.map(({ inputIds }) => Int32Array.from(inputIds.keys()));
    const positions = encoded.map(({ inputIds, gridThw }) => model.positions(inputIds, gridThw));
    const visual = Int32Array.of(3);
    const samples = encoded.map(({ id, promptLength }, s) => ({ id, promptLength, visual, positions: positions[s] }));
    tf.tidy(() => {
      const layout = packLayout(all, Math.max(...all.map(({ length }) => length)) + 4);
      // The short samples share a sequence.
      assert.isBelow(layout.batch, samples.length);
      const ids = layout.index.map((place, row) => (place < 0 ? 9 : words(encoded[layout.samples[row]])[place]));
      const output = model.layer(0, {
        hidden: model.embed(ids, null),
        batch: layout.batch,
        rotary: model.rotary(positions, layout),
        mask: model.mask(0, positions, layout, layout),
      });
      const survivors = samples.map((sample) => sample.visual);
      const scored = { layer: 0, output, queries: layout, keys: layout, survivors };
      const packed = attentionScores(model, fastv(), samples, scored).arraySync();
      samples.forEach((sample, s) => {
        const one = layoutFrom([all[s]]);
        const alone = model.layer(0, {
          hidden: model.embed(words(encoded[s]), null),
          batch: 1,
          rotary: model.rotary([positions[s]], one),
          mask: model.mask(0, [positions[s]], one, one),
        });
        const single = { layer: 0, output: alone, queries: one, keys: one, survivors: [visual] };
        const [wanted] = attentionScores(model, fastv(), [sample], single).arraySync();
        const first = layout.start[s] % layout.length;
        packed[s].forEach((score, slot) => {
          const place = slot - first;
          assert.closeTo(score, place >= 0 && place < wanted.length ? wanted[place] : 0, 1e-6);
        });
      });
    });
    model.dispose();
  });
});
