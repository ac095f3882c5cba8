import fs from "node:fs";
import path from "node:path";
import { assert } from "chai";
import { type LlavaInstructOptions, openLlavaInstruct } from "../../src/tasks/index.js";
import { expectSentenceAsync, scratchFolder } from "../checkpoint/support.js";

describe("llavaInstruct", () => {
  const file = path.join(scratchFolder(), "llava.json");
  const open = (entries: unknown, options?: LlavaInstructOptions) => {
    fs.writeFileSync(file, JSON.stringify(entries));
    return openLlavaInstruct(file, options);
  };
  const human = (value: string | null) => ({ from: "human", value });
  const gpt = (value?: string) => (value === undefined ? { from: "gpt" } : { from: "gpt", value });

  const ENTRIES = [
    { id: "7", image: "a.jpg", conversations: [human("What?\n<image>"), gpt(" A cat. "), human("Why?"), gpt("So.")] },
    { id: "7", image: "a.jpg", conversations: [human("<image>\nAgain?"), gpt("Yes")] },
    { id: "text", conversations: [human("Hello"), gpt("Hi")] },
    { id: "placeless", image: "a.jpg", conversations: [human("Hello"), gpt("Hi")] },
    { id: 9, image: "b.jpg", conversations: [gpt("Preface"), human("<image>\nOpen?"), gpt(), human("More?")] },
    { image: "c.jpg", conversations: [human("<image>"), gpt("")] },
  ];

  it("takes the first turn about the picture, and passes over entries without one", async () => {
    const found = await open(ENTRIES);
    assert.deepEqual(
      found.samples.map((sample) => [sample.id, sample.image, found.text(sample)]),
      [
        ["7", "a.jpg", { question: "What?", answer: "A cat." }],
        ["7#2", "a.jpg", { question: "Again?", answer: "Yes" }],
        ["9", "b.jpg", { question: "Open?" }],
        ["5", "c.jpg", { question: "" }],
      ],
    );
    assert.equal(found.withoutPicture, 2);
    found.close();
  });

  it("takes every turn from there on as a sample of its own, if wanted", async () => {
    const found = await open(ENTRIES, { turns: "all" });
    assert.deepEqual(
      found.samples.map((sample) => [sample.id, found.text(sample).question]),
      [
        ["7", "What?"],
        ["7#2", "Why?"],
        ["7#3", "Again?"],
        ["9", "Open?"],
        ["9#2", "More?"],
        ["5", ""],
      ],
    );
    found.close();
  });

  it("names the entry that is no conversation", async () => {
    const refuse = (entries: unknown, wanted: RegExp) => expectSentenceAsync(() => open(entries), wanted);
    await refuse([ENTRIES[0], 3], /llava\.json, entry 1, is no object; \{id, image, conversations: /);
    await refuse([{ id: "1", image: "a" }], /entry 0, has no list of conversations/);
    await refuse([{ conversations: [human("a"), { from: "gpt", value: 3 }] }], /entry 0, has a turn \(1\) that is not/);
    await refuse([ENTRIES[2]], /has no conversation with a picture/);
    await refuse([], /has no conversation with a picture/);
    await refuse({}, /does not hold one JSON list/);
  });
});
