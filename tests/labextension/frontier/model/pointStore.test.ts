import { expect } from "chai";
import { Field, readFrontier, readPoints } from "../../../../labextension/src/data/index.js";
import { PointStore } from "../../../../labextension/src/frontier/model/pointStore.js";
import { sampleColumns, sampleFrontier } from "../../page/frontierSample.js";

const data = readFrontier(sampleFrontier({ points: 40 }));
const more = (first: number, points: number) => readPoints(new Field(sampleColumns({ first, points })), data);

describe("labextension/frontier/model/pointStore", () => {
  it("appends columns as if they had come at once", () => {
    const grown = new PointStore(data);
    for (let first = 40; first < 400; first += 45) grown.append(more(first, 45));
    expect(grown.length).to.equal(400);
    for (const i of [0, 39, 40, 130, 399]) {
      const [first, own] = i < 40 ? [0, i] : [40 + 45 * Math.floor((i - 40) / 45), (i - 40) % 45];
      const source = i < 40 ? data.points : more(first, 45);
      expect(grown.id(i)).to.equal(source.id[own]);
      expect(grown.cost("normalised")[i]).to.equal(source.costs.get("normalised")![own]);
      expect(grown.metric("accuracy").high[i]).to.equal(source.metrics.get("accuracy")!.high![own]);
      expect(grown.indexOf(source.id[own]!)).to.equal(i);
    }
    expect(grown.indexOf("nobody")).to.equal(-1);
    expect(grown.indexOf(null)).to.equal(-1);
  });

  it("takes a known id in the place of the former, and says whether its values are others", () => {
    const store = new PointStore(data);
    expect(store.append(data.points)).to.deep.equal({ rewritten: false, added: 0 });
    const value = Float64Array.from(data.points.metrics.get("divergence")!.value, (one) => one / 2);
    const metrics = new Map([...data.points.metrics, ["divergence", { value, low: null, high: null }] as const]);
    expect(store.append({ ...data.points, metrics })).to.deep.equal({ rewritten: true, added: 0 });
    expect(store.metric("divergence").value[3]).to.equal(value[3]);
    expect(store.metric("divergence").low[3]).to.be.NaN;
  });

  it("finds how many points there were at a time, although orders may not rise", () => {
    const order = Float64Array.from(data.points.order, (one, i) => (i === 10 ? 0 : one * 2));
    const store = new PointStore({ ...data, points: { ...data.points, order } });
    expect(store.lengthAt(-1)).to.equal(0);
    expect(store.lengthAt(18)).to.equal(11);
    expect(store.lengthAt(1_000)).to.equal(40);
  });
});
