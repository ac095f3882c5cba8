import { expect } from "chai";
import { BENCHMARKS, benchmarkNamed, titleOf } from "../../../src/tasks/index.js";

describe("benchmarks by name", () => {
  it("knows VLMEvalKit's names and the hub's", () => {
    const names: Record<string, string[]> = {
      "A-OKVQA": ["A-OKVQA", "a-okvqa", "aokvqa_val"],
      VizWiz: ["VizWiz", "VizWiz-VQA"],
      SEEDBench: ["SEEDBench_IMG", "SEED-Bench", "SEEDBench_IMG_KO"],
      MMBench: ["MMBench", "MMBench_DEV_EN", "MMBench_TEST_CN_V11", "MMBench_dev_tr", "MMBench_V11_MINI"],
      MME: ["MME", "MME_100"],
      ChartQA: ["ChartQA_TEST", "ChartQA"],
      OCRBench: ["OCRBench", "OCRBench-v1", "OCRBench_MINI"],
      TextVQA: ["TextVQA_VAL", "textvqa"],
    };
    for (const [name, titles] of Object.entries(names)) {
      for (const title of titles) expect(benchmarkNamed(title)?.name, title).to.equal(name);
    }
    expect(BENCHMARKS.map(({ name }) => name)).to.deep.equal(Object.keys(names));
  });

  it("takes no other benchmark for one of the eight", () => {
    for (const title of [
      "MME-RealWorld",
      "SEEDBench2_Plus",
      "OCRBench_v2",
      "ChartQAPro",
      "MMBench-Video",
      "test",
      "",
    ]) {
      expect(benchmarkNamed(title), title).to.equal(undefined);
    }
  });

  it("names a file by itself, and a shard of the hub by its folder", () => {
    expect(titleOf("data/MME.tsv")).to.equal("MME");
    expect(titleOf("/x/lmms-lab/MME/data/test-00000-of-00002-0123456789abcdef.parquet")).to.equal("MME");
    expect(titleOf("/x/MMBench/en/dev-00000-of-00001.parquet")).to.equal("MMBench");
    expect(titleOf("/data/test-00000-of-00001.parquet")).to.equal("test-00000-of-00001");
  });
});
