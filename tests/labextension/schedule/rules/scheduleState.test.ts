import { expect } from "chai";
import { LIMITS, readSchedule } from "../../../../labextension/src/data/index.js";
import { ScheduleState, type StateChange } from "../../../../labextension/src/schedule/rules/index.js";
import { sampleSchedules, scheduleSample } from "../scheduleSample.js";

function begin(layers = 12) {
  const data = readSchedule(scheduleSample({ layers }));
  const state = new ScheduleState(data);
  const changes: StateChange[] = [];
  state.onChange((change) => changes.push(change));
  return { data, state, changes };
}

const evaluatedRow = (id: string, shares: readonly number[], divergence: number) => ({
  ...{ id, label: id, shares: [...shares] },
  ...{ cost: 0.4, divergence, accuracy: null },
});

describe("the state of a schedule", () => {
  it("takes a drag as one step, and puts back what went along", () => {
    const { state } = begin();
    const before = state.shares;
    state.choose(4);
    state.drag(0.1);
    expect(state.shares.slice(4)).to.deep.equal(new Array(8).fill(0.1));
    state.drag(0.5);
    expect(state.shares[4]).to.equal(0.5);
    expect(state.shares.slice(6)).to.deep.equal(before.slice(6));
    state.release();
    expect(state.edited).to.equal(true);
    state.undo();
    expect(state.shares).to.deep.equal(before);
    expect([state.canUndo, state.canRedo, state.edited]).to.deep.equal([false, true, false]);
    state.redo();
    expect(state.shares[4]).to.equal(0.5);
  });

  it("gives a drag up without a trace", () => {
    const { state, changes } = begin();
    const before = state.shares;
    state.choose(4);
    state.drag(0.1);
    state.giveUp();
    expect(state.shares).to.deep.equal(before);
    expect(state.canUndo).to.equal(false);
    expect(changes).to.not.include("released");
  });

  it("tells of a release only where something has changed", () => {
    const { state, changes } = begin();
    state.choose(3);
    state.drag(state.shares[3]!);
    state.release();
    state.release();
    expect(changes).to.deep.equal(["layer"]);
  });

  it("edits another schedule, and undoes that too", () => {
    const { state, data } = begin();
    state.choose(5);
    state.drag(0.9);
    state.release();
    state.edit("fixed/VTW");
    expect(state.shares).to.deep.equal(data.schedules[2]!.shares);
    state.undo();
    expect([state.base.id, state.shares[5]]).to.deep.equal(["search/budget 0.5", 0.9]);
    state.reset();
    expect(state.edited).to.equal(false);
  });

  it("knows which shares have been evaluated, though a row holds means of what was executed", () => {
    const { state } = begin();
    expect(state.evaluated?.id).to.equal("search/budget 0.5");
    state.choose(5);
    state.drag(0.9);
    state.release();
    expect(state.evaluated).to.equal(null);
    const asked = [...state.shares];
    state.addEvaluated(
      evaluatedRow(
        "edit 1",
        asked.map((one) => one * 0.999),
        0.01,
      ),
      asked,
    );
    expect(state.evaluated?.id).to.equal("edit 1");
    expect(state.result?.before.id).to.equal("search/budget 0.5");
    state.undo();
    expect(state.evaluated?.id).to.equal("search/budget 0.5");
    state.redo();
    expect(state.evaluated?.id).to.equal("edit 1");
  });

  it("knows its evaluations where no room is left for them in the list", () => {
    const sample = scheduleSample();
    const row = sample.schedules[0]!;
    const full = Array.from({ length: LIMITS.schedules }, (_, i) => ({ ...row, id: `s${i}` }));
    const state = new ScheduleState(readSchedule({ ...sample, schedules: full }));
    state.choose(5);
    state.drag(0.9);
    state.release();
    state.addEvaluated(evaluatedRow("edit 1", state.shares, 0.01), state.shares);
    expect(state.evaluated?.id).to.equal("edit 1");
    expect(state.entries.list).to.have.length(LIMITS.schedules);
  });

  it("takes shares of another view, as a step that can be undone", () => {
    const { state, changes } = begin();
    state.receive(state.shares.map((one) => one / 2));
    expect(state.shares[0]).to.equal(1);
    expect(state.shares[1]).to.equal(0.5);
    expect(changes).to.deep.equal(["shares"]);
    state.receive([1, 0.5]);
    state.receive(null);
    expect(state.edited).to.equal(false);
    state.undo();
    expect(state.shares[1]).to.equal(0.5);
  });

  it("knows a schedule by its shares, so that views agree on which one is edited", () => {
    const [one, other] = [begin().state, begin().state];
    one.edit("fixed/FastV");
    other.receive(one.shares.map((share) => share + 4e-7));
    expect([other.base.id, other.edited]).to.deep.equal(["fixed/FastV", false]);
    one.edit("search/budget 0.5");
    other.receive(one.shares.map((share) => share + 4e-7));
    expect([other.base.id, other.edited]).to.deep.equal(["search/budget 0.5", false]);
  });

  it("shows schedules that come with new data, but not one that lies on the bars", () => {
    const { state } = begin();
    state.choose(5);
    state.drag(0.9);
    state.release();
    const sample = scheduleSample();
    const more = [
      evaluatedRow(
        "selected elsewhere",
        state.shares.map((one) => one / 2),
        0.1,
      ),
      evaluatedRow(
        "just evaluated",
        state.shares.map((one) => one - 0.002),
        0.1,
      ),
    ];
    more[0]!.shares[0] = 1;
    state.replaceData(readSchedule({ ...sample, schedules: [...sample.schedules, ...more] }));
    expect(more.map(({ id }) => state.entries.isShown(id))).to.deep.equal([true, false]);
  });

  it("keeps an edit when data of the same layers come, and begins anew with others", () => {
    const { state } = begin();
    state.choose(5);
    state.drag(0.9);
    state.release();
    state.replaceData(readSchedule(scheduleSample()));
    expect(state.shares[5]).to.equal(0.9);
    const others = sampleSchedules(12).slice(1);
    state.drag(0.8);
    state.replaceData(readSchedule({ ...scheduleSample(), schedules: others }));
    expect([state.dragging, state.shares[5], state.base.id]).to.deep.equal([true, 0.8, others[0]!.id]);
    state.choose(11);
    state.replaceData(readSchedule(scheduleSample({ layers: 6 })));
    expect([state.shares.length, state.layer, state.canUndo]).to.deep.equal([6, 5, false]);
  });
});
