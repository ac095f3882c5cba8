import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { Processor } from "../../src/checkpoint/index.js";
import { generate } from "../../src/evaluation/index.js";
import { selector } from "../../src/selectors/index.js";
import {
  createStudy,
  embeddedData,
  fillAnswers,
  loadStudyModel,
  type StudyData,
  type StudyModel,
  type StudySample,
} from "../../src/study/index.js";
import { expectSentenceAsync } from "../checkpoint/support.js";
import { temporaryFolder, writeCheckpoint } from "./tiny.js";

describe("study/fillAnswers", function () {
  this.timeout(60_000);
  let folder: string;
  let studyModel: StudyModel;
  let data: StudyData;

  before(async () => {
    folder = temporaryFolder();
    await writeCheckpoint(folder);
    studyModel = await loadStudyModel(folder);
    data = await embeddedData(Processor.fromDirectory(folder), { sizes: { train: 3, validation: 2, test: 2 } });
  });
  after(() => {
    studyModel.model.dispose();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const open = (sample: StudySample): StudySample => ({
    ...sample,
    inputIds: sample.inputIds.slice(0, sample.promptLength),
  });
  const answerOf = ({ inputIds, promptLength }: StudySample) => [...inputIds.slice(promptLength)];
  /** The first two samples to train on and the first to choose on lack an answer. */
  const gaps = (): StudyData => ({
    ...data,
    train: data.train.map((sample, i) => (i < 2 ? open(sample) : sample)),
    validation: data.validation.map((sample, i) => (i < 1 ? open(sample) : sample)),
  });

  it("gives the unpruned model's greedy answers, and says how many", async () => {
    const seen: number[][] = [];
    const filled = await fillAnswers(studyModel, gaps(), { maxNewTokens: 5, onProgress: (...at) => seen.push(at) });
    const prompts = [data.train[0], data.train[1], data.validation[0]].map(open);
    const greedy = await generate(studyModel.model, selector("fastv", 0), prompts, null, { maxNewTokens: 5 });
    const end = data.processor!.endToken;
    // An answer that the limit cut off has no end.
    const wanted = greedy.map((ids) => (ids.length < 5 ? [...ids, end] : [...ids]));
    expect([...filled.train.slice(0, 2), filled.validation[0]].map(answerOf)).to.deep.equal(wanted);
    expect([filled.train[2], filled.validation[1]]).to.deep.equal([data.train[2], data.validation[1]]);
    expect(filled.notes!.at(-1)).to.equal(
      "3 samples to train or choose on had no answer: theirs is the unpruned model's.",
    );
    expect(seen.at(-1)).to.deep.equal([3, 3]);
    const again = await fillAnswers(studyModel, gaps(), { maxNewTokens: 5 });
    expect(again.train.map(answerOf)).to.deep.equal(filled.train.map(answerOf));
  });

  it("remembers answers in a file, whole lines of it", async () => {
    const cache = path.join(folder, "deep", "answers.jsonl");
    const filled = await fillAnswers(studyModel, gaps(), { maxNewTokens: 5, cache });
    const lines = fs.readFileSync(cache, "utf8").trim().split("\n");
    expect(lines).to.have.length(3);
    // The last line is cut off, as by a crash, and the first is another's; what is whole is not asked for again.
    const broken = [JSON.stringify({ key: "other", ids: [1, -1] }), lines[0], lines[1], lines[2].slice(0, 50)];
    fs.writeFileSync(cache, broken.join("\n"));
    const seen: number[][] = [];
    const again = await fillAnswers(studyModel, gaps(), {
      maxNewTokens: 5,
      cache,
      onProgress: (...at) => seen.push(at),
    });
    expect([...again.train, ...again.validation].map(answerOf)).to.deep.equal(
      [...filled.train, ...filled.validation].map(answerOf),
    );
    expect(seen[0]).to.deep.equal([2, 3]);
    // What was asked for is remembered beside the torn line.
    seen.length = 0;
    await fillAnswers(studyModel, gaps(), { maxNewTokens: 5, cache, onProgress: (...at) => seen.push(at) });
    expect(seen).to.deep.equal([[3, 3]]);
    // Longer answers, and another model's, are others.
    await fillAnswers(studyModel, gaps(), { maxNewTokens: 4, cache, onProgress: (...at) => seen.push(at) });
    await fillAnswers({ ...studyModel, fingerprint: "another" }, gaps(), {
      maxNewTokens: 5,
      cache,
      onProgress: (...at) => seen.push(at),
    });
    expect(seen.filter(([done]) => done === 0)).to.have.length(2);
  });

  it("drops samples that are answered with nothing", async () => {
    // With no room for a token every answer is empty.
    const filled = await fillAnswers(studyModel, gaps(), { maxNewTokens: 0 });
    expect([filled.train, filled.validation]).to.deep.equal([[data.train[2]], [data.validation[1]]]);
    expect(filled.notes!.slice(-2)).to.deep.equal([
      "0 samples to train or choose on had no answer: theirs is the unpruned model's.",
      "The unpruned model has no answer to 3 more; they are left out.",
    ]);
  });

  it("drops samples whose answer has a visual token, which no picture stands behind", async () => {
    const [first] = answerOf((await fillAnswers(studyModel, gaps(), { maxNewTokens: 1 })).train[0]);
    const { model } = studyModel;
    const asImage = new Proxy(model, {
      // The first token of the first answer, called a visual token once generation is over.
      get: (target, key) => {
        if (key === "visualTokenIds" && done) return [first];
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
    let done = false;
    const filled = await fillAnswers({ ...studyModel, model: asImage }, gaps(), {
      maxNewTokens: 1,
      onProgress: (at, total) => {
        done = at === total;
      },
    });
    expect(filled.train.map(({ id }) => id)).to.not.include(data.train[0].id);
  });

  it("leaves whole data as it is", async () => {
    expect(await fillAnswers(studyModel, data)).to.equal(data);
  });

  it("is refused for what is scored, and a study without it", async () => {
    const scored = { ...data, test: data.test.map(open) };
    await expectSentenceAsync(
      () => fillAnswers(studyModel, scored),
      new RegExp(`Sample ${data.test[0].id} is to be scored and has no answer`),
    );
    await expectSentenceAsync(
      () => createStudy({ model: studyModel, data: gaps(), storage: path.join(folder, "runs") }),
      new RegExp(`Sample ${data.train[0].id} has no answer; give it one, or have the unpruned model answer`),
    );
  });
});
