import fs from "node:fs";
import path from "node:path";
import { assert } from "chai";
import fc from "fast-check";
import { JsonList } from "../../src/tasks/jsonList.js";
import { expectSentence, scratchFolder } from "../checkpoint/support.js";

describe("jsonList", () => {
  const file = path.join(scratchFolder(), "list.json");
  const members = (text: string | Uint8Array): unknown[] => {
    fs.writeFileSync(file, text);
    const list = new JsonList(file);
    try {
      return [...list.ranges()].map((range) => list.read(range));
    } finally {
      list.close();
    }
  };

  it("finds the members that JSON.parse finds, however the list is laid out", () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { maxLength: 6 }),
        fc.constantFrom(0, 2),
        fc.boolean(),
        (list, space, mark) => {
          const text = JSON.stringify(list, null, space);
          // `JSON.parse` gives −0 for what prints as 0, and so on: what it makes of the text counts.
          assert.deepEqual(members((mark ? "\ufeff" : "") + text + "\n"), JSON.parse(text) as unknown[]);
        },
      ),
      { numRuns: 300, seed: 4 },
    );
  });

  it("keeps to strings with brackets, commas and escaped quotes, across chunks", () => {
    const list = [...'[],{}"\\'].map((mark) => ({ text: mark.repeat(700_000) }));
    assert.deepEqual(members(JSON.stringify(list)), list);
  });

  it("says what is wrong, and where", () => {
    const refuse = (text: string, wanted: RegExp) => expectSentence(() => members(text), wanted);
    refuse("", /is empty; a JSON list with one entry for each sample is wanted/);
    refuse('{"a": [1]}', /does not hold one JSON list/);
    refuse("[1] [2]", /does not hold one JSON list/);
    refuse("[1, 2", /ends within entry 1/);
    refuse('[1, {"a": "', /ends within entry 1/);
    refuse("[1, , 2]", /has nothing where entry 1 should be/);
    refuse("[1, ]", /has nothing where entry 1 should be/);
    refuse("[1, {a: 2}]", /list\.json, entry 1, is not valid JSON \(.*\); download it again/);
    refuse("[[}]", /does not hold one JSON list|ends within|not valid JSON/);
  });
});
