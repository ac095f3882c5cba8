/** Three readers of schedule files: this project's, the JSON schema, and the exported Python. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "chai";
import fc from "fast-check";
import { countsForSample, parseScheduleFile } from "../../src/schedules/index.js";
import { askPython, findPython } from "./transformers/python.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const schema = JSON.parse(readFileSync(`${ROOT}src/export/schedule.schema.json`, "utf8"));
const accepts = new Ajv2020({ strict: false }).compile(schema);

const VALID: object[] = [
  { espalierSchedule: 1, shares: [1] },
  { espalierSchedule: 1, shares: [1, 0.5, 0.5, 0] },
  { espalierSchedule: 1, shares: [1.0000005, 1.0000009, -0.0000005] },
  { espalierSchedule: 1, counts: [64, 64, 3] },
  { espalierSchedule: 1, counts: [0, 0] },
  { espalierSchedule: 1, samples: [{ id: "17", shares: [1, 0.25] }] },
  {
    espalierSchedule: 1,
    shares: [1, 0.1],
    samples: [
      { id: "", counts: [9, 4] },
      { id: "b", shares: [1, 1] },
    ],
    about: [null],
  },
  { espalierSchedule: 1, shares: [1, 0.3], samples: [], about: { selector: "fastv" } },
];

/** Neither reader takes them. */
const INVALID: unknown[] = [
  [],
  null,
  {},
  { shares: [1] },
  { espalierSchedule: 2, shares: [1] },
  { espalierSchedule: "1", shares: [1] },
  { espalierSchedule: 1 },
  { espalierSchedule: 1, samples: [] },
  { espalierSchedule: 1, shares: [] },
  { espalierSchedule: 1, shares: [0.9, 0.5] },
  { espalierSchedule: 1, shares: [1, -0.1] },
  { espalierSchedule: 1, shares: [1, "0.5"] },
  { espalierSchedule: 1, shares: [1, null] },
  { espalierSchedule: 1, shares: "11" },
  { espalierSchedule: 1, counts: [4, 1.5] },
  { espalierSchedule: 1, counts: [4, -1] },
  { espalierSchedule: 1, shares: [1], counts: [4] },
  { espalierSchedule: 1, shares: [1], budget: 0.5 },
  { espalierSchedule: 1, shares: [1], samples: [{ shares: [1] }] },
  { espalierSchedule: 1, shares: [1], samples: [{ id: 17, shares: [1] }] },
  { espalierSchedule: 1, shares: [1], samples: [{ id: "17" }] },
  { espalierSchedule: 1, shares: [1], samples: [{ id: "17", shares: [1], counts: [4] }] },
  { espalierSchedule: 1, shares: [1], samples: [{ id: "17", shares: [1], weight: 2 }] },
];

/** What a schema cannot see, and SCHEDULE.md says. */
const BEYOND_SCHEMA: object[] = [
  { espalierSchedule: 1, shares: [1, 0.2, 0.3] },
  { espalierSchedule: 1, counts: [4, 3, 4] },
  { espalierSchedule: 1, shares: [1, 1], samples: [{ id: "17", shares: [1] }] },
  {
    espalierSchedule: 1,
    shares: [1],
    samples: [
      { id: "17", shares: [1] },
      { id: "17", counts: [4] },
    ],
  },
];

function parses(content: unknown): boolean {
  try {
    parseScheduleFile(JSON.stringify(content), "file");
    return true;
  } catch {
    return false;
  }
}

describe("export: schedule.schema.json", () => {
  it("takes and refuses the same files as the reader, but for what a schema cannot say", () => {
    for (const file of VALID) expect([accepts(file), parses(file)], JSON.stringify(file)).to.deep.equal([true, true]);
    for (const file of INVALID) {
      expect([accepts(file), parses(file)], JSON.stringify(file)).to.deep.equal([false, false]);
    }
    for (const file of BEYOND_SCHEMA) {
      expect([accepts(file), parses(file)], JSON.stringify(file)).to.deep.equal([true, false]);
    }
  });

  it("takes whatever the reader takes, and tells rows apart as it does", () => {
    const value = fc.oneof(
      fc.constantFrom(0, 1, 0.5, 2, -1, 1.0000005, -0.0000005, 1e17),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    const row = fc.array(value, { maxLength: 4 });
    const rows = fc.record({ shares: row, counts: row }, { requiredKeys: [] });
    const sample = fc.tuple(rows, fc.constantFrom("a", "b", 3)).map(([own, id]) => ({ ...own, id }));
    const file = fc
      .tuple(rows, fc.option(fc.array(sample, { maxLength: 3 }), { nil: undefined }), fc.constantFrom(1, 1, 1, 2))
      .map(([own, samples, version]) => ({ espalierSchedule: version, ...own, ...(samples ? { samples } : {}) }));
    const falls = (values: readonly number[] = []) => values.every((one, i) => i === 0 || one <= values[i - 1]);
    fc.assert(
      fc.property(file, (content) => {
        const read = parses(content);
        if (read) expect(accepts(content)).to.equal(true);
        const alone = content.samples === undefined && falls(content.shares) && falls(content.counts);
        if (alone) expect(read).to.equal(accepts(content));
      }),
      { numRuns: 2_000 },
    );
  });

  it("is read by the exported Python as it is here, to the same counts", async function () {
    this.timeout(120_000);
    const { python, reason } = await findPython();
    if (python === null) {
      console.log(`      skipped: ${reason}`);
      this.skip();
    }
    const thirds = { espalierSchedule: 1, shares: [1, 2 / 3, 1 / 3, 0.1, 1e-9] };
    const halves = { espalierSchedule: 1, shares: [1, 0.5, 0.25, 0.125] };
    const sized = [thirds, halves].flatMap((content) =>
      [0, 1, 2, 3, 4, 7, 64, 575, 576, 1001].map((tokens) => ({ content, tokens, sample: null })),
    );
    const cases = [
      ...sized,
      ...[...VALID, ...INVALID, ...BEYOND_SCHEMA].flatMap((content) =>
        ["17", "", "other"].map((sample) => ({ content, tokens: 64, sample })),
      ),
    ];
    const own = cases.map(({ content, tokens, sample }) => {
      try {
        const file = parseScheduleFile(JSON.stringify(content), "file");
        return countsForSample(file, sample ?? "unlisted", tokens);
      } catch {
        return null;
      }
    });
    const script = `${ROOT}tests/export/transformers/schedules.py`;
    const prune = `${ROOT}src/export/transformers/espalier_prune.py`;
    expect(await askPython(python, [script, prune], cases)).to.deep.equal(own);
  });
});
