import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { Processor } from "../../../src/checkpoint/index.js";
import { generate } from "../../../src/evaluation/index.js";
import { type LoadedModel, loadModel } from "../../../src/models/index.js";
import { selector } from "../../../src/selectors/index.js";
import { EMBEDDED_DIRECTORY } from "../../../src/study/index.js";
import { embeddedItems, majorityShare, score, summary } from "../../../src/tasks/index.js";
import { useBackend } from "../../../src/tensor/index.js";

interface Answer {
  readonly id: string;
  readonly prompt: number[];
  readonly answer: number[];
  readonly text: string;
}

const GOLDEN = path.join(EMBEDDED_DIRECTORY, "..", "tests", "golden", "embedded", "answers.json");

describe("the shipped embedded model", function () {
  this.timeout(120_000);
  let loaded: LoadedModel;
  let processor: Processor;

  before(async () => {
    await useBackend();
    loaded = await loadModel(EMBEDDED_DIRECTORY);
    processor = Processor.fromDirectory(EMBEDDED_DIRECTORY);
  });
  after(() => loaded.model.dispose());

  it("is at most 12 MB, its training log included", () => {
    const files = readdirSync(EMBEDDED_DIRECTORY);
    expect(files).to.include.members(["config.json", "model.safetensors", "tokenizer.json", "training.jsonl"]);
    const bytes = files.reduce((sum, file) => sum + statSync(path.join(EMBEDDED_DIRECTORY, file)).size, 0);
    expect(bytes).to.be.below(12e6);
  });

  it("reads prompts and answers as transformers does, token by token", async () => {
    const golden = JSON.parse(readFileSync(GOLDEN, "utf8")) as Answer[];
    const items = embeddedItems("test", golden.length);
    expect(items.map(({ id }) => id)).to.deep.equal(golden.map(({ id }) => id));
    const encoded = items.map(({ id, images, question }) => ({ id, ...processor.encode({ images, question }) }));
    encoded.forEach(({ inputIds }, i) => {
      expect([...inputIds]).to.deep.equal(golden[i].prompt);
    });
    const answers = await generate(loaded.model, selector("fastv"), encoded, null, { maxNewTokens: 16 });
    expect(answers.map((ids) => [...ids])).to.deep.equal(golden.map(({ answer }) => answer));
    expect(answers.map((ids) => processor.decode(ids))).to.deep.equal(golden.map(({ text }) => text));
  });

  it("sees: far better than without the picture, where it is no better than guessing", async () => {
    const items = embeddedItems("test", 80);
    const encoded = items.map(({ id, images, question }) => ({ id, ...processor.encode({ images, question }) }));
    const blind = encoded.map((prompt) => ({ ...prompt, pixelValues: new Float32Array(prompt.pixelValues.length) }));
    const mean = async (prompts: typeof encoded) => {
      const answers = await generate(loaded.model, selector("fastv"), prompts, null, { maxNewTokens: 16 });
      const scores = items.map((item, i) => ({
        task: item.task,
        score: score(item.task, processor.decode(answers[i]), item.answers, item.options),
      }));
      return summary(scores).mean;
    };
    const shares = Object.values(majorityShare(items));
    const guessing = shares.reduce((a, b) => a + b, 0) / shares.length;
    expect(await mean(blind)).to.be.below(guessing + 0.1);
    expect(await mean(encoded)).to.be.above(guessing + 0.4);
  });
});
