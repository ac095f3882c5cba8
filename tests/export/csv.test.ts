import { expect } from "chai";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { csvField } from "../../src/export/csv.js";
import { meansCsv, rowsCsv } from "../../src/export/index.js";
import { syntheticResults } from "./syntheticResults.js";

const results = syntheticResults({ gridPoints: 3, samples: 4, budgets: [0.2, 0.5] });

async function csvOf(input = results): Promise<string> {
  const lines: string[] = [];
  for await (const line of rowsCsv(input)) lines.push(line);
  return lines.join("");
}

describe("results as CSV", () => {
  it("hold one line a row, with counts joined by spaces", async () => {
    const records = parse<Record<string, string>>(await csvOf(), { columns: true });
    expect(records).to.have.length(results.rows.length);
    results.rows.forEach((row, i) => {
      const record = records[i]!;
      expect(record["sample"]).to.equal(row.sample);
      expect(record["counts"]!.split(" ").map(Number)).to.deep.equal(row.counts);
      expect(Number(record["divergence"])).to.equal(row.divergence);
      expect(Number(record["cost.exactMacs"])).to.equal(row.cost.exactMacs);
      expect(record["budget"]).to.equal(row.budget === null ? "" : String(row.budget));
      expect(record["cost.ms"]).to.equal("");
    });
  });

  it("end every line with CR LF", async () => {
    const text = await csvOf();
    expect(text.split("\r\n")).to.have.length(results.rows.length + 2);
    expect(text.replaceAll("\r\n", "")).to.not.match(/[\r\n]/);
  });

  it("keep any text, and let no spreadsheet run it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.constantFrom("", "=", "+", "-", "@", "\t", "\r"), (text, start) => {
        const name = start + text;
        const [[field]] = parse(`${csvField(name)},1\r\n`, { relax_column_count: true }) as [[string]];
        expect(field === name || field === `'${name}`).to.equal(true);
        expect(field).to.not.match(/^[=+\-@\t\r]/);
      }),
    );
    expect(csvField('=HYPERLINK("x")')).to.equal(`"'=HYPERLINK(""x"")"`);
    expect(csvField(-1.5)).to.equal("-1.5");
  });

  it("list the means with their intervals", () => {
    const records = parse<Record<string, string>>(meansCsv(results.means), { columns: true });
    expect(records).to.have.length(results.means.length);
    expect(Number(records[0]!["divergence.high"])).to.equal(results.means[0]!.divergence.high);
    expect(records[0]!["meanCounts"]!.split(" ")).to.have.length(results.model.layers);
  });
});
