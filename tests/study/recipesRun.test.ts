import fs from "node:fs";
import { expect } from "chai";
import { EspalierError } from "../../src/errors.js";
import { validateResults } from "../../src/export/index.js";
import { SELECTORS } from "../../src/selectors/index.js";
import { createStudy, samplesData } from "../../src/study/index.js";
import { readJournal } from "../../src/study/journal.js";
import { ownRecipes } from "../../src/study/recipesRun.js";
import { rejection } from "../scripts/scripts.js";
import { SEARCH, SIZES } from "./runStudy.js";
import { temporaryFolder, writeTiny } from "./tiny.js";

const BUDGETS = [0.3, 0.5];

describe("study/recipesRun", function () {
  this.timeout(120_000);
  let folder: string;
  let files: { model: string; samples: string };
  before(async () => {
    folder = temporaryFolder();
    files = await writeTiny(folder, SIZES);
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  const open = async (selector: string) =>
    createStudy({
      name: selector,
      storage: folder,
      model: files.model,
      data: await samplesData(files.samples, { sizes: SIZES }),
      selector,
    });

  for (const name of ["sparsevlm", "fitprune"]) {
    it(`${name}: a search, and the selector's own recipe beside the common ones, compared at matched cost`, async () => {
      const study = await open(name);
      try {
        await study.search({ ...SEARCH, budgets: BUDGETS });
        await study.recipes();
        await study.compare();
        const results = validateResults(await study.results());
        expect(results.selector).to.equal(name);
        expect(results.overheadMacs.selector).to.be.greaterThan(0);
        for (const recipe of ["fastv", "vtw", "pyramidDrop", name]) {
          const series = `recipe:${recipe}`;
          const means = results.means.filter((mean) => mean.series === series);
          expect(
            means.map(({ budget }) => budget),
            series,
          ).to.deep.equal(BUDGETS);
          for (const row of results.rows.filter((one) => one.series === series)) {
            expect(row.cost.normalised, series).to.be.at.most(row.budget! + 1e-9);
          }
          const compared = results.comparisons.filter(({ b }) => b === series);
          expect(compared.map(({ budget }) => budget)).to.deep.equal(BUDGETS);
          for (const { matched } of compared) expect(matched, series).to.equal(true);
        }
        expect(new Set(results.means.map(({ series }) => series))).to.not.include(
          name === "fitprune" ? "recipe:sparsevlm" : "recipe:fitprune",
        );
        // Fitting a recipe is charged with it.
        const work = (recipe: string) =>
          readJournal(`${study.directory}/journal.jsonl`)
            .flatMap((entry) => (entry.kind === "evaluation" && entry.series === `recipe:${recipe}` ? [entry] : []))
            .reduce((sum, { layerForwards }) => sum + layerForwards, 0);
        if (name === "fitprune") expect(work(name)).to.be.greaterThan(work("fastv"));
        else expect(work(name)).to.equal(work("fastv"));
        const lines = readJournal(`${study.directory}/journal.jsonl`).length;
        await study.recipes();
        expect(readJournal(`${study.directory}/journal.jsonl`)).to.have.length(lines);
      } finally {
        await study.close();
      }
    });
  }

  it("refuses unknown names and budgets that nothing meets, and without a search has nothing to do", async () => {
    const study = await open("random");
    try {
      await study.recipes();
      expect((await study.results()).means).to.have.length(0);
      for (const [options, wanted] of [
        [{ names: ["FastV"], budgets: [0.5] }, /no recipe "FastV"; choose one of fastv, vtw/],
        [{ budgets: [1.5] }, /1\.5.*above the full cost/],
      ] as const) {
        const error = await rejection(study.recipes(options));
        expect(error, error.stack).to.be.instanceOf(EspalierError);
        expect(error.message).to.match(wanted);
      }
    } finally {
      await study.close();
    }
  });

  it("knows each selector's own", () => {
    const own = Object.fromEntries(Object.keys(SELECTORS).map((name) => [name, ownRecipes(name)]));
    expect(own).to.deep.equal({
      fastv: ["fastv"],
      sparsevlm: ["sparsevlm"],
      fitprune: ["fitprune"],
      random: [],
      uniformStride: [],
    });
  });
});
