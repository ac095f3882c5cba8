import util from "node:util";
import { expect } from "chai";
import { CellContext, CellContexts } from "../../../kernel/src/session/index.js";
import { request } from "../dispatch/mockWire.js";

describe("kernel/session/cellContext", () => {
  const context = () => new CellContext(request("execute_request").message, false, false);

  it("goes with timers and promises; outside of them there is the latest", async () => {
    const contexts = new CellContexts();
    expect([contexts.own, contexts.current]).to.deep.equal([undefined, undefined]);
    const [a, b] = [context(), context()];
    const seen = contexts.run(a, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return contexts.own;
    });
    contexts.run(b, () => expect(contexts.own).to.equal(b));
    expect(await seen).to.equal(a);
    expect([contexts.own, contexts.current]).to.deep.equal([undefined, b]);
  });

  it("says little where a user prints what carries it", () => {
    expect(util.inspect({ a: context() })).to.equal("{ a: [cell] }");
  });
});
