import { expect } from "chai";
import { readAppended, readFrontier } from "../../../../labextension/src/data/index.js";
import { FrontierScene } from "../../../../labextension/src/frontier/model/frontierScene.js";
import { stepFrom } from "../../../../labextension/src/frontier/model/navigation.js";
import { DOMINATED, ON_FRONTIER } from "../../../../labextension/src/frontier/model/standings.js";
import { sampleColumns, sampleFrontier } from "../../page/frontierSample.js";

function sceneOf(points = 120): FrontierScene {
  const scene = new FrontierScene(readFrontier(sampleFrontier({ points })));
  scene.resize(600, 300);
  scene.update();
  return scene;
}

function appended(scene: FrontierScene, first: number, points: number): void {
  const message = { type: "append", points: sampleColumns({ first, points }), evaluated: first + points };
  scene.append(readAppended(message, scene.data));
}

const fronts = (scene: FrontierScene) =>
  scene.data.series.map((_, s) => scene.frontOf(s).map((i) => scene.points.id(i)));

describe("labextension/frontier/model/frontierScene", () => {
  it("grows to the same frontiers as if all had been there", () => {
    const grown = sceneOf(20);
    for (let first = 20; first < 300; first += 28) {
      appended(grown, first, 28);
      grown.update();
    }
    expect(fronts(grown)).to.deep.equal(fronts(sceneOf(300)));
    expect(grown.data.evaluated).to.equal(300);
  });

  it("keeps its scales for as long as points lie on them", () => {
    const scene = sceneOf(100);
    const { plot } = scene;
    appended(scene, 100, 1);
    expect(scene.update().everything).to.equal(false);
    expect(scene.plot).to.equal(plot);
    const message = { type: "append", points: sampleColumns({ first: 101, points: 1 }), evaluated: 102 };
    message.points.costs.normalised[0] = 2;
    scene.append(readAppended(message, scene.data));
    expect(scene.update().everything).to.equal(true);
    expect(scene.plot.x.domain[1]).to.be.at.least(2);
  });

  it("shows a time, and follows again after the latest", () => {
    const scene = sceneOf(120);
    const now = fronts(scene);
    scene.setTime(30);
    scene.update();
    expect(scene.length).to.equal(30);
    expect(fronts(scene)).to.deep.equal(fronts(sceneOf(120)).map((_, s) => timeFront(30, s)));
    expect(scene.isShown(30)).to.equal(false);
    scene.setTime(120);
    scene.update();
    expect(fronts(scene)).to.deep.equal(now);
    appended(scene, 120, 5);
    expect(scene.length).to.equal(125);
    scene.setTime(50);
    appended(scene, 125, 5);
    expect(scene.length).to.equal(50);
  });

  it("leaves hidden series out of what is hit, best and stepped to", () => {
    const scene = sceneOf();
    const best = scene.bestWithin(0.5);
    const series = scene.points.series[best]!;
    scene.setHidden(series, true);
    scene.update();
    expect(scene.points.series[scene.bestWithin(0.5)]).to.not.equal(series);
    expect(scene.standing(best)).to.equal(0);
    expect(scene.points.series[stepFrom(scene, -1, "first")]).to.not.equal(series);
  });

  it("finds the best within a budget", () => {
    const scene = sceneOf();
    const best = scene.bestWithin(0.4);
    const cost = scene.points.cost("normalised");
    const { value } = scene.points.metric("divergence");
    const within = [...Array(scene.length).keys()].filter((i) => cost[i]! <= 0.4);
    expect(value[best]).to.equal(Math.min(...within.map((i) => value[i]!)));
    expect(scene.bestWithin(0.001)).to.equal(-1);
  });

  it("turns with the axes", () => {
    const scene = sceneOf();
    scene.setAxes("kvBytes", "accuracy");
    scene.update();
    const { value } = scene.points.metric("accuracy");
    const front = scene.frontOf(0).map((i) => value[i]!);
    expect(front).to.deep.equal([...front].sort((a, b) => a - b));
    expect(scene.showsBudget).to.equal(false);
    scene.setAxes("no such key", "constructor");
    expect(scene.costAxis.key).to.equal("kvBytes");
  });

  it("gives the ids within what is zoomed into, those of frontiers first", () => {
    const scene = sceneOf(2_000);
    expect(scene.brushed()).to.deep.equal([]);
    expect(scene.zoomInto({ x0: 300, y0: 10, x1: 302, y1: 200 })).to.equal(false);
    expect(scene.zoomInto({ x0: 400, y0: 20, x1: 150, y1: 290 })).to.equal(true);
    const ids = scene.brushed();
    expect(ids).to.have.length.within(1, 1_000);
    const [from, to] = scene.zoom!.x;
    const standings = ids.map((id) => {
      const i = scene.points.indexOf(id);
      expect(scene.points.cost("normalised")[i]).to.be.within(from, to);
      return scene.standing(i) === ON_FRONTIER;
    });
    expect(standings.lastIndexOf(true)).to.be.below(standings.indexOf(false));
    scene.setZoom(null);
    expect(scene.brushed()).to.deep.equal([]);
  });

  it("hits what lies under the pointer", () => {
    const scene = sceneOf();
    const point = scene.frontOf(0)[3]!;
    expect(scene.hit(scene.places.x(point), scene.places.y(point))).to.equal(point);
    expect(scene.hit(-100, -100)).to.equal(-1);
  });

  it("keeps points that a thinned file leaves out, and takes whole data as they are", () => {
    const scene = sceneOf(200);
    const thinned = { ...sampleFrontier({ points: 20 }), evaluated: 200, title: "later" };
    expect(scene.replace(readFrontier(thinned))).to.equal(true);
    expect(scene.points.length).to.equal(200);
    expect(scene.data.title).to.equal("later");
    expect(scene.replace(readFrontier(sampleFrontier({ points: 20 })))).to.equal(true);
    expect(scene.points.length).to.equal(20);
    const other = sampleFrontier({ points: 20 });
    expect(scene.replace(readFrontier({ ...other, metrics: other.metrics.slice(0, 1) }))).to.equal(false);
  });

  it("draws nothing of points without numbers", () => {
    const json = sampleFrontier({ points: 8 });
    const values: (number | null)[] = json.points.metrics.divergence.value;
    values[0] = null;
    const scene = new FrontierScene(readFrontier(json));
    scene.resize(300, 200);
    scene.update();
    expect(scene.isShown(0)).to.equal(false);
    expect(scene.frontOf(0)).to.not.include(0);
  });

  it("steps along frontiers and between them", () => {
    const scene = sceneOf();
    const front = scene.frontOf(0);
    expect(stepFrom(scene, -1, "right")).to.equal(front[0]);
    expect(stepFrom(scene, front[0]!, "left")).to.equal(front[0]);
    expect(stepFrom(scene, front[0]!, "right")).to.equal(front[1]);
    expect(stepFrom(scene, front[2]!, "last")).to.equal(front.at(-1));
    expect(stepFrom(scene, front[2]!, "first")).to.equal(front[0]);
    const below = stepFrom(scene, front[2]!, "down");
    expect(scene.frontOf(1)).to.include(below);
    expect(scene.frontOf(0)).to.include(stepFrom(scene, below, "up"));
    const dominated = [...Array(scene.length).keys()].find((i) => scene.standing(i) === DOMINATED)!;
    expect(scene.frontOf(scene.points.series[dominated]!)).to.include(stepFrom(scene, dominated, "right"));
    const own = scene.frontOf(scene.points.series[dominated]!);
    expect(stepFrom(scene, dominated, "first")).to.equal(own[0]);
    expect(stepFrom(scene, dominated, "last")).to.equal(own.at(-1));
  });
});

/** The frontier of the first points alone. */
function timeFront(length: number, series: number): string[] {
  const scene = sceneOf(length);
  return scene.frontOf(series).map((i) => scene.points.id(i));
}
