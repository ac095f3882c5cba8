import { expect } from "chai";
import { startLab } from "../../browser/lab.js";

describe("the kernel in Notebook 7", function () {
  this.timeout(180_000);

  it("runs cells and shows their results", async function () {
    const lab = await startLab(this);
    lab.writeNotebook("seven.ipynb", ["const seven: number = 3 + 4;\nseven", "await Promise.resolve(seven * 6)"]);
    const notebook = await lab.open("seven.ipynb", { app: "notebook" });
    try {
      expect(await notebook.run(0)).to.equal("7");
      expect(await notebook.run(1)).to.equal("42");
    } finally {
      await notebook.close();
    }
  });
});
