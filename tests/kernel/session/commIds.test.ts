import { expect } from "chai";
import { CellContext } from "../../../kernel/src/session/cellContext.js";
import { CommIds } from "../../../kernel/src/session/commIds.js";
import type { Message } from "../../../kernel/src/wire/index.js";

/** Ids that a process gives to comms of these requests. */
function idsOf(requests: readonly { metadata?: object; content?: object }[], notebook?: string): string[] {
  let current: CellContext | undefined;
  const ids = new CommIds(
    {
      get current() {
        return current;
      },
    },
    notebook === undefined ? {} : { JPY_SESSION_NAME: notebook },
  );
  return requests.map(({ metadata = {}, content = {} }) => {
    current = new CellContext({ metadata, content } as Message, false, false);
    return ids.next();
  });
}

const cell = (cellId: string, code = "1") => ({ metadata: { cellId }, content: { code } });

describe("kernel/session/commIds", () => {
  it("gives the same ids to the same cells of another process, whatever their order", () => {
    const [a, b, again] = idsOf([cell("a"), cell("b"), cell("a")]);
    expect(idsOf([cell("b"), cell("a"), cell("a")])).to.deep.equal([b, a, again]);
    expect(new Set([a, b, again]).size).to.equal(3);
    expect(a).to.match(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/);
  });

  it("goes by the text where the front end does not name the cell", () => {
    const text = (code: string) => ({ content: { code } });
    const [a, b, again] = idsOf([text("show(1)"), text("show(2)"), text("show(1)")]);
    expect(idsOf([text("show(2)"), text("show(1)"), text("show(1)")])).to.deep.equal([b, a, again]);
    expect(new Set([a, b, again]).size).to.equal(3);
  });

  it("tells a copy of a notebook from it, but not where it lies", () => {
    const here = idsOf([cell("a")], "/home/me/a.ipynb");
    expect(idsOf([cell("a")], "/elsewhere/a.ipynb")).to.deep.equal(here);
    expect(idsOf([cell("a")], "/home/me/a-Copy1.ipynb")).not.to.deep.equal(here);
  });
});
