import { readFileSync } from "node:fs";
import { expect } from "chai";
import { normalCdf, studentTCritical, studentTSurvival } from "../../src/statistics/index.js";

interface Golden {
  studentT: {
    central: { t: number; degrees: number; survival: number }[];
    noncentral: { t: number; degrees: number; noncentrality: number; survival: number }[];
    critical: { tail: number; degrees: number; t: number }[];
  };
}
const file = new URL("../../../tests/golden/statistics/statistics.json", import.meta.url);
const { studentT } = JSON.parse(readFileSync(file, "utf8")) as Golden;

describe("statistics/studentT", () => {
  it("agrees with SciPy, far tails included", () => {
    for (const { t, degrees, survival } of studentT.central) {
      expect(studentTSurvival(t, degrees) / survival, `t ${t}, ${degrees} degrees`).to.be.closeTo(1, 1e-9);
    }
    for (const { t, degrees, noncentrality, survival } of studentT.noncentral) {
      expect(studentTSurvival(t, degrees, noncentrality), `t ${t}, ${degrees} degrees`).to.be.closeTo(survival, 1e-9);
    }
    for (const { tail, degrees, t } of studentT.critical) {
      expect(studentTCritical(tail, degrees) / t, `tail ${tail}, ${degrees} degrees`).to.be.closeTo(1, 1e-9);
    }
  });

  it("becomes normal, and stays between 0 and 1 at extremes", () => {
    expect(studentTSurvival(1.3, 1e8)).to.be.closeTo(1 - normalCdf(1.3), 1e-8);
    expect(studentTSurvival(1.3, 1e12)).to.be.closeTo(1 - normalCdf(1.3), 1e-12);
    for (const [t, degrees, delta] of [
      [1e9, 1, 0],
      [-1e9, 1, 0],
      [12.7, 1, 1e7],
      [2, 1e6, 1e5],
    ]) {
      expect(studentTSurvival(t, degrees, delta)).to.be.within(0, 1);
    }
    expect(studentTCritical(0.5, 3)).to.equal(0);
  });
});
