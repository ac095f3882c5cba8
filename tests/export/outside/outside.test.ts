import { readFileSync } from "node:fs";
import { expect } from "chai";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { EspalierError } from "../../../src/errors.js";
import { csvRecords } from "../../../src/export/outside/csvRecords.js";
import {
  demandOutsidePower,
  type OutsideDocument,
  type OutsideEvaluation,
  outsideMeansCsv,
  outsideSpecification,
  outsideText,
  parseOutside,
  parseOutsideDocument,
  renderOutside,
  summariseOutside,
} from "../../../src/export/outside/index.js";
import { renderSvg } from "../../../src/figures/index.js";
import { rejection } from "../../scripts/scripts.js";

interface Golden {
  evaluations: OutsideEvaluation[];
  means: Record<
    string,
    { score: number; cost: number; low: number; high: number; deviation: number; onFrontier: boolean }
  >;
  comparisons: {
    a: string;
    b: string;
    difference: number;
    low: number;
    high: number;
    deviation: number;
    effectSize: number;
    samplesNeeded: number;
    costResidual: number;
    t: number;
  }[];
}

const golden = JSON.parse(
  readFileSync(new URL("../../../../tests/golden/outside/outside.json", import.meta.url), "utf8"),
) as Golden;

function documentOf(more: Partial<OutsideDocument> = {}): OutsideDocument {
  return {
    ...{ format: "espalier.outside", version: 1, name: "theirs", source: "theirs.csv", metric: "score" },
    ...{ better: "higher", costUnit: null, costTolerance: 0.01 },
    evaluations: [...golden.evaluations],
    compared: [],
    ...more,
  };
}

/** A bootstrap interval's ends vary with its draws: by a few hundredths of the mean's standard error with 10,000. */
const near = (deviation: number) => (0.1 * deviation) / Math.sqrt(48);

function csvOf(evaluations: readonly OutsideEvaluation[]): string {
  const lines = evaluations.map((one) =>
    [one.configuration, one.sample, one.score, one.cost, one.series ?? "", one.budget ?? ""].join(","),
  );
  return `configuration,sample,score,cost,series,budget\n${lines.join("\n")}\n`;
}

describe("export/outside", () => {
  it("gives means, intervals and the frontier that NumPy and SciPy give", async () => {
    const { means, notes } = await summariseOutside(documentOf());
    expect(means).to.have.length(Object.keys(golden.means).length);
    expect(means.map(({ cost }) => cost)).to.deep.equal(means.map(({ cost }) => cost).sort((a, b) => a - b));
    for (const { configuration, score, cost, interval, onFrontier, samples } of means) {
      const expected = golden.means[configuration];
      expect(score).to.be.closeTo(expected.score, 1e-12);
      expect(cost).to.be.closeTo(expected.cost, 1e-9);
      expect(interval!.low).to.be.closeTo(expected.low, near(expected.deviation));
      expect(interval!.high).to.be.closeTo(expected.high, near(expected.deviation));
      expect(onFrontier, configuration).to.equal(expected.onFrontier);
      expect(samples).to.equal(48);
    }
    expect(notes).to.deep.equal([]);
  });

  it("compares in pairs, as SciPy and statsmodels do", async () => {
    const compared = golden.comparisons.map(({ a, b }) => ({ a, b }));
    const { comparisons } = await summariseOutside(documentOf({ compared }));
    golden.comparisons.forEach((expected, i) => {
      const found = comparisons[i];
      expect(found.difference).to.be.closeTo(expected.difference, 1e-12);
      expect(found.effectSize).to.be.closeTo(expected.effectSize, 1e-9);
      expect(found.samplesNeeded).to.equal(expected.samplesNeeded);
      expect(found.costResidual).to.be.closeTo(expected.costResidual, 1e-12);
      expect(found.matched).to.equal(expected.costResidual <= 0.01);
      expect(found.low).to.be.closeTo(expected.low, near(expected.deviation));
      expect(found.high).to.be.closeTo(expected.high, near(expected.deviation));
      // A bootstrap's p and a t test's are of one order.
      expect(found.pValue).to.be.within(0, Math.max(0.001, 2.5 * expected.t));
      expect(found.verdict).to.equal(found.pHolm < 0.05 ? "a better" : "not distinguishable");
    });
    expect(comparisons[0].verdict).to.equal("a better");
  });

  it("compares series at every budget that both have, and turns round where lower is better", async () => {
    const compared = [{ a: "ours", b: "fastv" }];
    const { comparisons } = await summariseOutside(documentOf({ compared }));
    expect(comparisons.map(({ budget }) => budget)).to.deep.equal([0.3, 0.5]);
    expect(comparisons[0].difference).to.be.closeTo(golden.comparisons[0].difference, 1e-12);
    const lower = await summariseOutside(documentOf({ compared, better: "lower" }));
    expect(lower.comparisons[0].verdict).to.equal("b better");
    expect(lower.means.filter(({ onFrontier }) => onFrontier).map(({ configuration }) => configuration)).to.deep.equal([
      ...(golden.means["ours 0.3"].cost < golden.means["fastv 0.3"].cost ? ["ours 0.3"] : []),
      "fastv 0.3",
    ]);
  });

  it("refuses what cannot be paired, in one sentence", async () => {
    const refusal = async (more: Partial<OutsideDocument>): Promise<string> => {
      const error = await rejection(summariseOutside(documentOf(more)));
      expect(error).to.be.instanceOf(EspalierError);
      expect(error.message).to.match(/^[^\n]+\.$/);
      return error.message;
    };
    const pair = { compared: [{ a: "ours 0.3", b: "whole" }] };
    const without = golden.evaluations.filter(
      ({ configuration, sample }) => configuration !== "whole" || sample !== "s07",
    );
    expect(await refusal({ ...pair, evaluations: without })).to.match(
      /not over the same samples \(1 are in the first alone and 0 in the second, such as s07\)/,
    );
    const single = golden.evaluations.filter(({ sample }) => sample === "s07");
    expect(await refusal({ ...pair, evaluations: single })).to.match(/share a single sample/);
    expect(await refusal({ compared: [{ a: "ours", b: "nobody" }] })).to.match(
      /no configuration or series "nobody"; there are ours, fastv/,
    );
    expect(await refusal({ compared: [{ a: "ours", b: "whole" }] })).to.match(/no budget in common/);
    const doubled = golden.evaluations.map((one) => ({ ...one, budget: one.series === null ? null : 0.3 }));
    expect(await refusal({ compared: [{ a: "ours", b: "fastv" }], evaluations: doubled })).to.match(
      /several configurations at the budget 0\.3/,
    );
  });

  it("refuses comparisons that the samples are too few for", () => {
    const document = documentOf({ compared: [{ a: "ours 0.5", b: "fastv 0.5" }] });
    demandOutsidePower(document, 0.25);
    expect(() => demandOutsidePower(document, 0.1)).to.throw(
      EspalierError,
      /^Showing a difference of 0\.1 between ours 0\.5 and fastv 0\.5 with power 0\.8 takes \d+ samples, and 48 are scored[^\n]*\.$/,
    );
    expect(() => demandOutsidePower(document, 0.25, 0.95)).to.throw(EspalierError, /power 0\.95/);
  });

  it("says when means are over different samples, and knows no interval of one", async () => {
    const uneven = golden.evaluations.filter(
      ({ configuration, sample }) => configuration !== "whole" || sample === "s00",
    );
    const { means, notes } = await summariseOutside(documentOf({ evaluations: uneven }));
    expect(means.find(({ configuration }) => configuration === "whole")!.interval).to.equal(null);
    expect(notes[0]).to.match(/not of like with like/);
  });

  it("reads CSV and JSON alike, and its own document again", () => {
    expect(parseOutside(csvOf(golden.evaluations), "a.csv")).to.deep.equal({
      evaluations: golden.evaluations,
      metric: null,
    });
    expect(parseOutside(JSON.stringify(golden.evaluations), "a.json").evaluations).to.deep.equal(golden.evaluations);
    const wrapped = JSON.stringify({
      evaluations: golden.evaluations.map((one) => ({ ...one, metric: "loss", extra: 1 })),
    });
    expect(parseOutside(wrapped, "a.JSON")).to.deep.equal({ evaluations: golden.evaluations, metric: "loss" });
    const document = documentOf({ compared: [{ a: "x", b: "y" }] });
    expect(parseOutsideDocument(outsideText(document), "d")).to.deep.equal(document);
    for (const [text, phrase] of [
      ["{", /not JSON/],
      ["{}", /not valid at/],
      [outsideText(document).replace('"version":1', '"version":9'), /of format 9/],
    ] as const) {
      expect(() => parseOutsideDocument(text, "d")).to.throw(EspalierError, phrase);
    }
  });

  it("splits CSV as csv-parse does", () => {
    const field = fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", "\r", " ", "é"), maxLength: 6 });
    fc.assert(
      fc.property(
        fc.array(fc.array(field, { minLength: 2, maxLength: 3 }), { maxLength: 5 }),
        fc.constantFrom("\n", "\r\n"),
        (rows, end) => {
          const text = rows.map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(",")).join(end);
          const expected = parse(text, {
            relax_column_count: true,
            skip_records_with_empty_values: false,
          }) as string[][];
          const wanted = expected.filter((row) => row.some((one) => one !== ""));
          expect(csvRecords(text, "x").map(({ fields }) => fields)).to.deep.equal(wanted);
        },
      ),
    );
    expect(csvRecords("\ufeffa,b\r\n\r\n1,\n", "x")).to.deep.equal([
      { line: 1, fields: ["a", "b"] },
      { line: 3, fields: ["1", ""] },
    ]);
    expect(csvRecords("a,", "x")).to.deep.equal([{ line: 1, fields: ["a", ""] }]);
  });

  it("refuses bad files in one sentence that names the line", () => {
    const head = "configuration,sample,score,cost\n";
    for (const [text, phrase] of [
      ["", /has no column configuration, sample, score, cost/],
      ["configuration;sample;score;cost\n", /separated by commas/],
      [head, /has no evaluations/],
      [`${head}a,1,x,2\n`, /^Line 2 of f\.csv has "x" as its score; a finite number is wanted\.$/],
      [`${head}a,1,NaN,2\n`, /finite number/],
      [`${head}a,1,1e999,2\n`, /finite number/],
      [`${head}a,1,,2\n`, /finite number/],
      [`${head}a,1,1,-2\n`, /has the cost -2; a number from 0 up/],
      [`${head},1,1,2\n`, /as its configuration; a name/],
      [`${head}a,1,1\n`, /Line 2 .* has 3 fields, and its first line names 4/],
      [`${head}a,1,1,2\n\na,1,1,2\n`, /Line 4 .* has a on sample 1 a second time/],
      [`${head}"a,1,1,2\n`, /quote that is not closed/],
      [`${head}"a"b,1,1,2\n`, /goes on behind a closing quote/],
      ["configuration,sample,score,cost,score\n", /the column score twice/],
      [
        "configuration,sample,score,cost,series\na,1,1,2,s\na,2,1,2,t\n",
        /Line 3 .* with the series "t", and before it had "s"/,
      ],
      [
        "configuration,sample,score,cost,metric\na,1,1,2,s\na,2,1,2,t\n",
        /Line 3 .* each metric from a file of its own/,
      ],
    ] as const) {
      expect(() => parseOutside(text, "f.csv"), text).to.throw(EspalierError, phrase);
      expect(() => parseOutside(text, "f.csv"), text).to.throw(/^[^\n]+\.$/);
    }
    for (const [text, phrase] of [
      ["{", /not JSON/],
      ["{}", /no list of evaluations/],
      ["[]", /no evaluations/],
      ["[1]", /Evaluation 1 of f\.json is 1; an object is wanted/],
      ['[{"configuration":"a","sample":3,"score":true,"cost":1}]', /has true as its score/],
    ] as const) {
      expect(() => parseOutside(text, "f.json"), text).to.throw(EspalierError, phrase);
    }
    fc.assert(
      fc.property(fc.string(), fc.constantFrom("f.csv", "f.json"), (text, source) => {
        try {
          parseOutside(text, source);
        } catch (error) {
          expect(error).to.be.instanceOf(EspalierError);
        }
      }),
    );
  });

  it("prints and draws them, and lets no name do anything", async () => {
    const evil = golden.evaluations.map((one) => ({ ...one, configuration: `=1+\u001b[31m${one.configuration}` }));
    const document = documentOf({ evaluations: evil, costUnit: "TFLOP", compared: [{ a: "ours", b: "fastv" }] });
    const summary = await summariseOutside(document);
    const table = renderOutside(document, summary);
    expect(table)
      .to.match(/schedules, layers and\s+model are not\s+known/)
      .and.to.match(/cost \(TFLOP\)/)
      .and.to.match(/not matched \(9\.2%\)/);
    expect(table).to.not.include("\u001b");
    const records = parse<Record<string, string>>(outsideMeansCsv(summary), { columns: true });
    expect(records).to.have.length(5);
    for (const { configuration } of records) expect(configuration).to.match(/^'=/);
    const svg = await renderSvg(outsideSpecification(document, summary));
    expect(svg)
      .to.match(/^<svg/)
      .and.to.match(/Cost, TFLOP/);
  });
});
