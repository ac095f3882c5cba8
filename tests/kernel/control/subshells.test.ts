import { expect } from "chai";
import { Subshells } from "../../../kernel/src/control/index.js";
import { KernelError } from "../../../kernel/src/errors.js";
import { requestOf } from "../requests.js";

function setUp() {
  const told: (readonly string[])[] = [];
  const subshells = new Subshells((ids) => told.push(ids));
  const create = async (): Promise<string> => {
    const { content } = await subshells.handlers.create_subshell_request!(requestOf("create_subshell_request"));
    return (content as { subshell_id: string }).subshell_id;
  };
  const remove = (id: string) =>
    subshells.handlers.delete_subshell_request!(requestOf("delete_subshell_request", { subshell_id: id }));
  const list = async () =>
    (await subshells.handlers.list_subshell_request!(requestOf("list_subshell_request"))).content;
  return { subshells, told, create, remove, list };
}

describe("kernel/control/subshells", () => {
  it("makes, lists and ends them, and tells which there are after each change", async () => {
    const { subshells, told, create, remove, list } = setUp();
    expect(await list()).to.deep.equal({ status: "ok", subshell_id: [] });
    const [a, b] = [await create(), await create()];
    expect(a).not.to.equal(b);
    expect(await list()).to.deep.equal({ status: "ok", subshell_id: [a, b] });
    expect(await remove(a)).to.deep.equal({ content: { status: "ok" } });
    expect([subshells.has(a), subshells.has(b)]).to.deep.equal([false, true]);
    expect(told).to.deep.equal([[a], [a, b], [b]]);
  });

  it("refuses to end one that is not there, and changes nothing", async () => {
    const { told, create, remove, list } = setUp();
    const id = await create();
    await remove(id);
    for (const unknown of [id, "never", ""]) {
      const error = await remove(unknown).catch((reason: Error) => reason);
      expect(error).to.be.instanceOf(KernelError).with.property("message");
      expect((error as Error).message).to.include(JSON.stringify(unknown));
    }
    expect(told).to.have.length(2);
    expect(await list()).to.deep.equal({ status: "ok", subshell_id: [] });
  });
});
