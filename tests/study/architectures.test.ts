import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { validateResults } from "../../src/export/index.js";
import { createStudy, samplesData } from "../../src/study/index.js";
import { SEARCH, SIZES } from "./runStudy.js";
import { temporaryFolder, writeTiny } from "./tiny.js";
import { TINY_ARCHITECTURES } from "./tinyArchitectures.js";

const BUDGETS = [0.3, 0.6];

describe("study, every architecture with every published selector", function () {
  this.timeout(120_000);
  let folder: string;
  before(() => {
    folder = temporaryFolder();
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  for (const architecture of Object.keys(TINY_ARCHITECTURES) as (keyof typeof TINY_ARCHITECTURES)[]) {
    describe(architecture, () => {
      let files: { model: string; samples: string };
      before(async () => {
        files = await writeTiny(path.join(folder, architecture), SIZES, architecture);
      });

      for (const selector of ["fastv", "sparsevlm", "fitprune"]) {
        it(`finds schedules for ${selector} within their budgets`, async () => {
          const study = await createStudy({
            name: `${architecture}-${selector}`,
            storage: folder,
            model: files.model,
            data: await samplesData(files.samples, { sizes: SIZES }),
            selector,
          });
          try {
            await study.search({ ...SEARCH, budgets: BUDGETS });
            const results = validateResults(await study.results());
            expect(results.model.architecture).to.equal(architecture);
            const means = results.means.filter(({ series }) => series === "search");
            expect(means.map(({ budget }) => budget)).to.deep.equal(BUDGETS);
            for (const row of results.rows.filter(({ series }) => series === "search")) {
              expect(row.cost.normalised).to.be.at.most(row.budget! + 1e-9);
              expect(Number.isFinite(row.divergence)).to.equal(true);
            }
            // Pruning changes what the model says; more of it, more.
            expect(means[0].divergence.mean).to.be.greaterThan(0);
          } finally {
            study.close();
          }
        });
      }
    });
  }
});
