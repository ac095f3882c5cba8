/**
 * What the shipped embedded model can do: accuracy on test questions, with and without their pictures, and how much of an
 * answer one early cut destroys.
 *
 *     node dist/tests/bench/embedded.js [questions]     default 800; prints JSON; about a minute on two cores
 */
import { pathToFileURL } from "node:url";
import { Processor } from "../../src/checkpoint/index.js";
import { costModel, costRange, fromNormalised, totalCost } from "../../src/cost/index.js";
import { evaluateCounts, generate, prepareSamples } from "../../src/evaluation/index.js";
import { loadModel } from "../../src/models/index.js";
import { SELECTORS } from "../../src/selectors/index.js";
import { EMBEDDED_DIRECTORY } from "../../src/study/index.js";
import { type BenchmarkItem, embeddedItems, majorityShare, score, summary } from "../../src/tasks/index.js";
import { useBackend } from "../../src/tensor/index.js";

/** What a model must reach to be worth searching. */
const TARGETS = { mean: 0.9, task: 0.75, aboveGuessing: 0.1, cutDivergence: 0.3 };
const CUT_BUDGET = 0.3;
/** Questions on which cuts are measured, and chosen: the least divergence is an optimistic one. */
const CUT_QUESTIONS = 160;

/** Mean divergence of the best single cut within the budget: all tokens up to a layer, behind it as many as fit. */
async function bestCut(model: Awaited<ReturnType<typeof loadModel>>["model"], items: readonly BenchmarkItem[]) {
  const processor = Processor.fromDirectory(EMBEDDED_DIRECTORY);
  const encoded = items.map(({ id, task, images, question, answers: [answer] }) => {
    const { inputIds, ...rest } = processor.encode({ images, question });
    const reply = [...processor.tokenizer.encode(answer, { addSpecialTokens: false }), processor.endToken];
    return { ...rest, id, task, promptLength: inputIds.length, inputIds: Int32Array.from([...inputIds, ...reply]) };
  });
  const prepared = await prepareSamples(model, SELECTORS["fastv"](), encoded);
  const cost = costModel("exact", model.shape);
  const { layers } = model.shape;
  const cuts = [];
  for (let layer = 1; layer < layers; layer++) {
    const counts = prepared.samples.map(({ tokens }) => {
      const budget = fromNormalised(CUT_BUDGET, costRange(cost, tokens));
      const row = (count: number) => Array.from({ length: layers }, (_, i) => (i < layer ? tokens.visual : count));
      let count = tokens.visual;
      while (count > 0 && totalCost(cost, row(count), tokens.text) > budget) count--;
      return row(count);
    });
    const over = prepared.samples.some(
      ({ tokens }, s) => totalCost(cost, counts[s], tokens.text) > fromNormalised(CUT_BUDGET, costRange(cost, tokens)),
    );
    if (over) break;
    const { divergence } = await evaluateCounts(prepared, counts);
    cuts.push({ layer, divergence: divergence.reduce((a, b) => a + b, 0) / divergence.length });
  }
  prepared.dispose();
  return cuts.reduce((best, cut) => (cut.divergence < best.divergence ? cut : best));
}

export async function benchEmbedded(questions = 800) {
  await useBackend();
  const { model } = await loadModel(EMBEDDED_DIRECTORY);
  const processor = Processor.fromDirectory(EMBEDDED_DIRECTORY);
  const items = embeddedItems("test", questions);
  const prompts = items.map(({ id, images, question }) => ({ id, ...processor.encode({ images, question }) }));
  const accuracies = async (asked: typeof prompts) => {
    const answers = await generate(model, SELECTORS["fastv"](), asked, null, { maxNewTokens: 16 });
    return summary(
      items.map((item, i) => ({
        task: item.task,
        score: score(item.task, processor.decode(answers[i]), item.answers, item.options),
      })),
    );
  };
  const seeing = await accuracies(prompts);
  const blind = await accuracies(
    prompts.map((prompt) => ({ ...prompt, pixelValues: new Float32Array(prompt.pixelValues.length) })),
  );
  const cut = await bestCut(model, items.slice(0, CUT_QUESTIONS));
  model.dispose();
  return { questions, seeing, blind, majority: majorityShare(items), cut, cutBudget: CUT_BUDGET, targets: TARGETS };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [, , questions] = process.argv;
  console.log(JSON.stringify(await benchEmbedded(questions === undefined ? undefined : Number(questions)), null, 2));
}
