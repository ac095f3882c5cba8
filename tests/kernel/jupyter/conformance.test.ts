import { expect } from "chai";
import { pythonFile, startJupyter } from "./jupyter.js";

interface Outcome {
  readonly test: string;
  readonly outcome: "passed" | "failed" | "skipped";
  readonly why: string;
}

/** The tests of jupyter_kernel_test 0.7. */
const TESTS = [
  ...["clear_output", "completion", "display_data", "error", "execute_result", "execute_stderr", "execute_stdout"],
  ...["history", "inspect", "is_complete", "kernel_info", "pager", "recv_iopub_welcome_msg"],
];

describe("kernel with Jupyter's own kernel tests", () => {
  let outcomes: Map<string, Outcome>;

  before(async function () {
    const jupyter = await startJupyter(this);
    const { code, output, errors } = await jupyter.python([pythonFile("conformance.py")]);
    jupyter.dispose();
    expect(code, errors).to.equal(0);
    const lines = output.split("\n").filter((line) => line.startsWith("{"));
    outcomes = new Map(lines.map((line) => JSON.parse(line) as Outcome).map((one) => [one.test, one]));
  });

  it("has run all of them", () => {
    expect([...outcomes.keys()]).to.have.members(TESTS.map((name) => `test_${name}`));
  });

  for (const name of TESTS) {
    it(name.replaceAll("_", " "), function () {
      const { outcome, why } = outcomes.get(`test_${name}`)!;
      if (outcome === "skipped") this.skip();
      expect(outcome, why).to.equal("passed");
    });
  }
});
