import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { EspalierError } from "../../src/errors.js";
import {
  countsForSample,
  parseScheduleFile,
  readScheduleFile,
  type ScheduleFile,
  writeScheduleFile,
} from "../../src/schedules/index.js";

describe("schedules/scheduleFile", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "espalier-schedule-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  const file: ScheduleFile = {
    layers: 3,
    common: { shares: [1, 0.5, 0.25] },
    samples: new Map([
      ["17", { counts: [64, 20, 3] }],
      ["__proto__", { shares: [1, 1, 0] }],
    ]),
    about: { budget: 0.3 },
  };

  it("writes what it reads", () => {
    const path = join(folder, "a.json");
    writeScheduleFile(path, file);
    expect(readScheduleFile(path)).to.deep.equal(file);
    expect(readdirSync(folder)).to.deep.equal(["a.json"]);
  });

  it("gives a sample its own counts, or the common shares", () => {
    expect(countsForSample(file, "17", 64)).to.deep.equal([64, 20, 3]);
    expect(countsForSample(file, "__proto__", 10)).to.deep.equal([10, 10, 0]);
    expect(countsForSample(file, "constructor", 10)).to.deep.equal([10, 5, 3]);
    expect(() => countsForSample(file, "17", 60)).to.throw(EspalierError, /sample "17" begins with 64 tokens/);
    expect(() => countsForSample({ ...file, common: null }, "x", 10)).to.throw(
      EspalierError,
      /no schedule for sample "x"/,
    );
  });

  it("reads the form that a person writes by hand", () => {
    const read = parseScheduleFile('{"espalierSchedule": 1, "counts": [4, 2, 0]}', "mine.json");
    expect(read).to.deep.equal({ layers: 3, common: { counts: [4, 2, 0] }, samples: new Map() });
  });

  const refused: [string, string, RegExp][] = [
    ["no JSON", "{", /mine.json is not JSON/],
    ["no object", "[1, 0.5]", /not a schedule file/],
    ["another version", '{"espalierSchedule": 2, "shares": [1]}', /at espalierSchedule/],
    ["no schedule", '{"espalierSchedule": 1}', /holds no schedule/],
    ["both kinds", '{"espalierSchedule": 1, "shares": [1], "counts": [1]}', /exactly one/],
    ["a rise", '{"espalierSchedule": 1, "shares": [1, 0.2, 0.3]}', /mine.json rises at layer 2/],
    ["a rise in a sample", '{"espalierSchedule": 1, "samples": [{"id": "7", "counts": [1, 2]}]}', /sample "7" rises/],
    ["text for a share", '{"espalierSchedule": 1, "shares": [1, "0.2"]}', /at shares.1/],
    ["an infinite share", '{"espalierSchedule": 1, "shares": [1, 1e999]}', /at shares.1/],
    ["an unknown field", '{"espalierSchedule": 1, "shares": [1], "share": 2}', /share/],
    ["different lengths", '{"espalierSchedule":1,"shares":[1,1],"samples":[{"id":"7","shares":[1]}]}', /has 1 layers/],
    [
      "a sample twice",
      '{"espalierSchedule":1,"samples":[{"id":"7","shares":[1]},{"id":"7","shares":[1]}]}',
      /"7" is listed twice/,
    ],
  ];
  for (const [what, text, message] of refused) {
    it(`refuses ${what}`, () => {
      expect(() => parseScheduleFile(text, "mine.json")).to.throw(EspalierError, message);
    });
  }

  it("names a file that cannot be read or written, and leaves the old one alone", () => {
    expect(() => readScheduleFile(join(folder, "none.json"))).to.throw(EspalierError, /none.json cannot be read/);
    expect(() => readScheduleFile(folder)).to.throw(EspalierError, /cannot be read/);
    expect(() => writeScheduleFile(join(folder, "no", "b.json"), file)).to.throw(EspalierError, /cannot be written/);
    const path = join(folder, "c.json");
    writeFileSync(path, "old");
    const rising = { ...file, common: { shares: [1, 0.1, 0.2] } };
    expect(() => writeScheduleFile(path, rising)).to.throw(EspalierError, /rises/);
    expect(readFileSync(path, "utf8")).to.equal("old");
  });

  it("answers any text with a schedule or an EspalierError", () => {
    const answer = (text: string): void => {
      try {
        const { layers } = parseScheduleFile(text, "fuzz");
        expect(layers).to.be.at.least(1);
      } catch (error) {
        if (!(error instanceof EspalierError)) throw error;
      }
    };
    fc.assert(fc.property(fc.string(), answer));
    fc.assert(fc.property(fc.json(), answer));
    const value = fc.oneof(fc.jsonValue(), fc.array(fc.double()), fc.array(fc.integer({ min: -2, max: 9 })));
    const fields = fc.record(
      {
        espalierSchedule: fc.constantFrom(1, 1, 1, "1", null),
        shares: value,
        counts: value,
        samples: value,
        about: value,
      },
      { requiredKeys: [] },
    );
    fc.assert(fc.property(fields, (json) => answer(JSON.stringify(json))));
    // Damage to a good file: one character cut or changed.
    const good = '{"espalierSchedule":1,"shares":[1,0.5],"samples":[{"id":"7","counts":[9,3]}]}';
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.string({ maxLength: 1 }), (at, by) =>
        answer(good.slice(0, at) + by + good.slice(at + 1)),
      ),
    );
  });
});
