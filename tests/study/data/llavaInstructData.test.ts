import fs from "node:fs";
import path from "node:path";
import { createCanvas } from "@napi-rs/canvas";
import { expect } from "chai";
import { Processor } from "../../../src/checkpoint/index.js";
import { type LlavaInstructDataOptions, llavaInstruct, type StudyData } from "../../../src/study/index.js";
import { expectSentenceAsync } from "../../checkpoint/support.js";
import { temporaryFolder, writeCheckpoint } from "../tiny.js";

describe("study/data/llavaInstruct", function () {
  this.timeout(60_000);
  let folder: string;
  let pictures: string;
  let processor: Processor;

  before(async () => {
    folder = temporaryFolder();
    pictures = path.join(folder, "pictures");
    fs.mkdirSync(path.join(pictures, "coco"), { recursive: true });
    await writeCheckpoint(path.join(folder, "model"));
    processor = Processor.fromDirectory(path.join(folder, "model"));
    // Many small pictures, few large ones.
    for (let i = 0; i < 24; i++) {
      const side = i < 20 ? 40 : 320;
      fs.writeFileSync(path.join(pictures, "coco", `${i}.png`), createCanvas(side, side).toBuffer("image/png"));
    }
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  const conversation = (image: string | undefined, answer = "blue") => ({
    id: image ?? "none",
    ...(image === undefined ? {} : { image }),
    conversations: [
      { from: "human", value: "<image>\nread the word" },
      { from: "gpt", value: answer },
    ],
  });
  const all = () => Array.from({ length: 24 }, (_, i) => conversation(`coco/${i}.png`));
  const open = (entries: unknown[], options: LlavaInstructDataOptions = {}, from = pictures) => {
    const file = path.join(folder, "llava_instruct.json");
    fs.writeFileSync(file, JSON.stringify(entries));
    return llavaInstruct(file, from, processor, options);
  };
  const ids = ({ train, validation, test }: StudyData) =>
    [train, validation, test].map((part) => part.map(({ id }) => id));
  const isLarge = (id: string) => Number(/\d+/.exec(id)![0]) >= 20;

  it("balances by picture area, and notes how", async () => {
    const data = await open(all(), { purpose: "training", sizes: { train: 4, validation: 4 } });
    // Four of the 24 pictures are large, and half of the eight samples.
    expect([...data.train, ...data.validation].filter(({ id }) => isLarge(id))).to.have.length(4);
    expect([data.train.length, data.validation.length, data.test.length]).to.deep.equal([4, 4, 0]);
    expect(data.notes).to.deep.equal([
      "Balanced by picture area (1,600 to 102,400 pixels): 4, 4 samples by size, from small to large.",
    ]);
    const [sample] = data.train;
    expect(sample.task).to.equal("llava_instruct");
    expect(sample.answers).to.equal(undefined);
    expect(processor.decode(sample.inputIds.slice(sample.promptLength)).split(" ")[0]).to.equal("blue");
    expect(processor.decode(sample.inputIds.slice(0, sample.promptLength))).to.match(/<img>.* read the word/);
    expect(await sample.pictures!()).to.have.length(1);
  });

  it("draws with the seed", async () => {
    const options = { sizes: { train: 4, validation: 2, test: 2 } };
    const data = await open(all(), { ...options, seed: 1 });
    expect(ids(data).map(({ length }) => length)).to.deep.equal([4, 2, 2]);
    expect(ids(await open(all(), { ...options, seed: 1 }))).to.deep.equal(ids(data));
    expect(ids(await open(all(), { ...options, seed: 2 }))).to.not.deep.equal(ids(data));
    expect(new Set(ids(data).flat()).size).to.equal(8);
  });

  it("shares fewer samples out by fifths, and keeps those of one picture together", async () => {
    const entries = Array.from({ length: 40 }, (_, i) => ({ ...conversation(`coco/${i % 20}.png`), id: `${i}` }));
    const data = await open(entries);
    const [train, validation, test] = ids(data);
    expect([validation.length, test.length]).to.deep.equal([8, 8]);
    expect(train.length).to.be.within(20, 24);
    const splitOf = new Map<number, number>();
    [train, validation, test].forEach((part, split) => {
      for (const id of part) {
        const picture = Number(id) % 20;
        expect(splitOf.get(picture) ?? split).to.equal(split);
        splitOf.set(picture, split);
      }
    });
    expect(ids(await open(entries, { everything: true }))[2]).to.have.length(40);
  });

  it("passes over entries without a picture, with one that is missing or damaged, and counts them", async () => {
    fs.writeFileSync(path.join(pictures, "broken.png"), "no picture");
    const entries = [...all(), conversation(undefined), conversation("coco/99.png"), conversation("broken.png")];
    const data = await open(entries, { everything: true });
    expect(data.test).to.have.length(24);
    expect(data.notes![1]).to.equal(
      "Passed over: 1 entries without a picture, 1 samples whose picture is not in the folder, 1 samples whose picture is damaged.",
    );
  });

  it("lets samples to train on lack an answer, but none to score", async () => {
    const entries = all().map((entry) => conversation(entry.id, ""));
    const data = await open(entries, { purpose: "training", unanswered: true, sizes: { train: 2, validation: 1 } });
    expect(data.train.map(({ inputIds, promptLength }) => inputIds.length - promptLength)).to.deep.equal([0, 0]);
    await expectSentenceAsync(() => open(entries), /entry \d+, has no answer; only samples to train and choose on/);
    await expectSentenceAsync(
      () => open(entries, { purpose: "scoring", unanswered: true }),
      /entry \d+, has no answer/,
    );
  });

  it("reads no picture outside the folder", async () => {
    fs.writeFileSync(path.join(folder, "outside.png"), createCanvas(40, 40).toBuffer("image/png"));
    for (const image of ["../outside.png", "coco/../../outside.png", path.join(folder, "outside.png"), "coco/.."]) {
      await expectSentenceAsync(
        () => open([conversation(image)]),
        /entry 0, names the picture ".*", which is not in the folder .*pictures are read from there alone/,
      );
    }
    // A name that only begins with two dots is none of these.
    fs.copyFileSync(path.join(folder, "outside.png"), path.join(pictures, "..odd.png"));
    expect((await open([conversation("..odd.png")], { everything: true })).test).to.have.length(1);
  });

  it("says that the folder is not the right one", async () => {
    await expectSentenceAsync(
      () => open(all(), {}, path.join(folder, "none")),
      /There is no folder .*none; name the folder/,
    );
    await expectSentenceAsync(
      () => open(all(), {}, path.join(pictures, "coco")),
      /None of the pictures of .*llava_instruct\.json can be read in .*coco, "coco\/\d+\.png" for one; name the folder/,
    );
  });
});
