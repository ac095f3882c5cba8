import fs from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import { validateResults } from "../../../src/export/index.js";
import { createStudy, samplesData } from "../../../src/study/index.js";
import { pooledGrid } from "../../../src/study/pictureControls/pool.js";
import { SEARCH, SIZES } from "../runStudy.js";
import { temporaryFolder, writeTiny } from "../tiny.js";

describe("study/pictureControls/pool", () => {
  it("takes the most cells of about the picture's shape", () => {
    expect(pooledGrid({ rows: 24, columns: 24 }, 576)).to.deep.equal({ rows: 24, columns: 24 });
    expect(pooledGrid({ rows: 24, columns: 24 }, 575)).to.deep.equal({ rows: 23, columns: 24 });
    expect(pooledGrid({ rows: 16, columns: 16 }, 20)).to.deep.equal({ rows: 4, columns: 5 });
    expect(pooledGrid({ rows: 16, columns: 16 }, 1)).to.deep.equal({ rows: 1, columns: 1 });
    expect(pooledGrid({ rows: 16, columns: 16 }, 0)).to.equal(null);
  });

  it("never has more cells than asked for, nor fewer than a square one would", () => {
    const side = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(side, side, fc.integer({ min: 1, max: 900 }), (rows, columns, most) => {
        const grid = pooledGrid({ rows, columns }, most)!;
        expect(grid.rows).to.be.within(1, rows);
        expect(grid.columns).to.be.within(1, columns);
        expect(grid.rows * grid.columns).to.be.at.most(most);
        const line = 1 / Math.min(rows, columns);
        expect(Math.abs(grid.rows / rows - grid.columns / columns)).to.be.at.most(line * (1 + 1e-9));
        if (rows === columns) {
          const square = Math.min(rows, Math.floor(Math.sqrt(most)));
          expect(grid.rows * grid.columns).to.be.at.least(square * square);
        }
      }),
    );
  });

  for (const architecture of ["llava", "gemma3"] as const) {
    it(`is a control of ${architecture}, within the budget and beside the tower's cost`, async function () {
      this.timeout(60_000);
      const folder = temporaryFolder();
      const files = await writeTiny(folder, SIZES, architecture);
      const study = await createStudy({
        name: "pooled",
        storage: folder,
        model: files.model,
        data: await samplesData(files.samples, { sizes: SIZES }),
      });
      try {
        const budgets = [0.4, 0.7];
        await study.search({ ...SEARCH, budgets });
        await study.controls();
        await study.compare();
        const results = validateResults(await study.results());
        const rows = results.rows.filter(({ series }) => series === "control:pooled");
        expect(new Set(rows.map(({ budget }) => budget))).to.deep.equal(new Set(budgets));
        for (const row of rows) {
          expect(row.cost.normalised).to.be.within(0, row.budget! + 1e-9);
          expect(row.divergence).to.be.greaterThan(0);
          // The whole model runs on what is left: every layer sees the same.
          expect(new Set(row.counts).size).to.equal(1);
        }
        expect(results.notes?.some((note) => /averaged over a coarser grid.*tower runs whole/.test(note))).to.equal(
          true,
        );
        const compared = results.comparisons.filter(({ b }) => b === "control:pooled");
        expect(compared.map(({ budget }) => budget)).to.deep.equal(budgets);
      } finally {
        await study.close();
        fs.rmSync(folder, { recursive: true, force: true });
      }
    });
  }
});
