import { expect } from "chai";
import fc from "fast-check";
import { Coalescer, type CoalescerOptions, type StreamName } from "../../../kernel/src/streams/index.js";

type Text = [parent: number, name: StreamName, text: string];

function setUp(options: Partial<CoalescerOptions> = {}) {
  const published: Text[] = [];
  const publish = (...text: Text) => void published.push(text);
  return { published, coalescer: new Coalescer({ publish, delayMs: 5, ...options }) };
}

/** Waits until something has been published. */
async function untilPublished(published: readonly Text[]): Promise<void> {
  while (published.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe("kernel/streams/coalescer", () => {
  it("joins neighbours of the same parent and stream, and publishes them by itself", async () => {
    const { published, coalescer } = setUp();
    for (const text of ["a\r", "\u001b[1m", "b\n"]) coalescer.add(1, "stdout", text);
    expect(published).to.deep.equal([]);
    expect(coalescer.isEmpty).to.equal(false);
    await untilPublished(published);
    expect(published).to.deep.equal([[1, "stdout", "a\r\u001b[1mb\n"]]);
    expect(coalescer.isEmpty).to.equal(true);
  });

  it("publishes before another stream's or parent's text, so that the order stays", () => {
    const { published, coalescer } = setUp();
    const texts: Text[] = [
      [1, "stdout", "a"],
      [1, "stderr", "b"],
      [2, "stderr", "c"],
      [1, "stdout", "d"],
    ];
    for (const text of texts) coalescer.add(...text);
    coalescer.flush();
    expect(published).to.deep.equal(texts);
  });

  it("flushes at once, and publishes nothing of it later", async () => {
    const { published, coalescer } = setUp();
    coalescer.flush();
    coalescer.add(1, "stdout", "a");
    coalescer.flush();
    await new Promise((resolve) => setTimeout(resolve, 15));
    coalescer.flush();
    expect(published).to.deep.equal([[1, "stdout", "a"]]);
  });

  it("asks its owner when text is due", async () => {
    let due = 0;
    const { published, coalescer } = setUp({ due: () => due++ });
    coalescer.add(1, "stdout", "a");
    while (due === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(published).to.deep.equal([]);
    coalescer.flush();
    expect(due).to.equal(1);
  });

  it("keeps any texts and their order in messages that are short enough", () => {
    const text = fc.tuple(
      fc.nat({ max: 1 }),
      fc.constantFrom<StreamName>("stdout", "stderr"),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }),
    );
    const property = fc.property(fc.array(text), fc.integer({ min: 2, max: 20 }), (texts, maxLength) => {
      const { published, coalescer } = setUp({ maxLength });
      for (const each of texts) coalescer.add(...each);
      coalescer.flush();
      const characters = (all: readonly Text[]) =>
        all.flatMap(([parent, name, each]) => Array.from(each, (character) => [parent, name, character]));
      expect(characters(published)).to.deep.equal(characters(texts));
      for (const [, , each] of published) expect(each.length).to.be.within(1, maxLength);
    });
    fc.assert(property);
  });

  it("tells when there is room for more", async () => {
    let taken = () => {};
    const publish = () => new Promise<void>((resolve) => (taken = resolve));
    const { coalescer } = setUp({ publish });
    coalescer.add(1, "stdout", "a");
    coalescer.flush();
    let room = false;
    void Promise.resolve(coalescer.room).then(() => (room = true));
    await new Promise(setImmediate);
    expect(room).to.equal(false);
    taken();
    await new Promise(setImmediate);
    expect(room).to.equal(true);
  });
});
