import { expect } from "chai";
import fc from "fast-check";
import {
  NEIGHBOURS,
  type Neighbours,
  setShare,
  validShares,
} from "../../../../labextension/src/schedule/rules/index.js";

const share = fc.double({ min: 0, max: 1, noNaN: true });
const falling = fc
  .array(share, { minLength: 1, maxLength: 40 })
  .map((shares) => [1, ...shares.toSorted((a, b) => b - a)]);
const neighbours = fc.constantFrom<Neighbours>(...NEIGHBOURS);
const edit = fc
  .tuple(falling, share, neighbours, fc.nat())
  .map(([shares, wanted, mode, at]) => ({ shares, wanted, mode, layer: 1 + (at % (shares.length - 1)) }));

const rises = (shares: readonly number[]) => shares.some((one, i) => i > 0 && one > shares[i - 1]!);

describe("snapping", () => {
  it("never lets a schedule rise, nor leave 0 … 1, nor layer 0 change", () => {
    fc.assert(
      fc.property(edit, ({ shares, layer, wanted, mode }) => {
        const next = setShare(shares, layer, wanted, { neighbours: mode, mayRise: false });
        expect(rises(next)).to.equal(false);
        expect(next[0]).to.equal(1);
        expect(next.every((one) => one >= 0 && one <= 1)).to.equal(true);
        expect(next).to.have.length(shares.length);
      }),
    );
  });

  it("gives the dragged layer what was asked for, unless neighbours stop it", () => {
    fc.assert(
      fc.property(edit, ({ shares, layer, wanted, mode }) => {
        fc.pre(mode !== "stop");
        for (const mayRise of [false, true])
          expect(setShare(shares, layer, wanted, { neighbours: mode, mayRise })[layer]).to.be.closeTo(wanted, 1e-6);
      }),
    );
  });

  it("moves later layers only downwards and earlier ones only upwards", () => {
    fc.assert(
      fc.property(edit, ({ shares, layer, wanted }) => {
        const next = setShare(shares, layer, wanted, { neighbours: "together", mayRise: false });
        next.forEach((one, i) => {
          if (i < layer) expect(one).to.equal(Math.max(shares[i]!, next[layer]!));
          if (i > layer) expect(one).to.equal(Math.min(shares[i]!, next[layer]!));
        });
      }),
    );
  });

  it("stops a layer at its neighbours, which stay", () => {
    const shares = [1, 0.8, 0.5, 0.2];
    const options = { neighbours: "stop", mayRise: false } as const;
    expect(setShare(shares, 2, 0.95, options)).to.deep.equal([1, 0.8, 0.8, 0.2]);
    expect(setShare(shares, 2, 0.1, options)).to.deep.equal([1, 0.8, 0.2, 0.2]);
    expect(setShare(shares, 3, 0, options)).to.deep.equal([1, 0.8, 0.5, 0]);
  });

  it("moves neighbours smoothly, less the farther they are", () => {
    const shares = [1, ...new Array<number>(28).fill(0.5)];
    const next = setShare(shares, 14, 0.3, { neighbours: "smooth", mayRise: true });
    const changes = next.map((one, i) => Math.abs(one - shares[i]!));
    for (let i = 14; i < 28; i++) expect(changes[i + 1]).to.be.at.most(changes[i]!);
    for (let i = 14; i > 1; i--) expect(changes[i - 1]).to.be.at.most(changes[i]!);
    expect(changes[13]).to.be.greaterThan(0.1);
    expect(changes[1]).to.be.lessThan(0.001);
  });

  it("leaves others where they are where a schedule may rise", () => {
    const shares = [1, 0.2, 0.5];
    expect(setShare(shares, 1, 0.1, { neighbours: "together", mayRise: true })).to.deep.equal([1, 0.1, 0.5]);
    expect(setShare(shares, 2, 0.9, { neighbours: "stop", mayRise: true })).to.deep.equal([1, 0.2, 0.9]);
  });

  it("changes nothing for layer 0, for a layer that is not there, for no number", () => {
    const shares = [1, 0.5];
    for (const [layer, wanted] of [
      [0, 0.3],
      [2, 0.3],
      [-1, 0.3],
      [1, Number.NaN],
    ] as const)
      expect(setShare(shares, layer, wanted, { neighbours: "together", mayRise: false })).to.deep.equal(shares);
  });

  it("makes any shares valid", () => {
    expect(validShares([0.9, 0.5, 0.7, 0.2], false)).to.deep.equal([1, 0.5, 0.5, 0.2]);
    expect(validShares([0.9, 0.5, 0.7, 0.2], true)).to.deep.equal([1, 0.5, 0.7, 0.2]);
  });
});
