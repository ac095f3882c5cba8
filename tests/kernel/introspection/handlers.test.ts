import { expect } from "chai";
import { introspectionHandlers } from "../../../kernel/src/introspection/index.js";
import type { Completeness, Completions, Inspection } from "../../../kernel/src/language/index.js";
import { requestOf } from "../requests.js";

interface Answers {
  readonly completions?: Completions;
  readonly inspection?: Inspection;
  readonly completeness?: Completeness;
}

/** A language that answers so, and what it was asked. */
function setUp({ completions, inspection, completeness }: Answers) {
  const asked: unknown[][] = [];
  const handlers = introspectionHandlers({
    complete: async (...parameters) => {
      asked.push(parameters);
      return completions ?? { matches: [], start: parameters[1], end: parameters[1] };
    },
    inspect: async (...parameters) => {
      asked.push(parameters);
      return inspection;
    },
    isComplete: async (...parameters) => {
      asked.push(parameters);
      return completeness ?? { status: "complete" };
    },
  });
  return { asked, handlers };
}

describe("kernel/introspection/handlers", () => {
  it("completes: positions in code points outside, in UTF-16 units inside", async () => {
    const code = "'😀😀'.le";
    const matches = [
      { text: "length", type: "property", signature: "length: number" },
      { text: "lead", type: "method" },
    ];
    const { asked, handlers } = setUp({ completions: { matches, start: 7, end: 9 } });
    const { content } = await handlers.complete_request!(requestOf("complete_request", { code, cursor_pos: 7 }));
    expect(asked).to.deep.equal([[code, 9]]);
    expect(content).to.deep.equal({
      status: "ok",
      matches: ["length", "lead"],
      cursor_start: 5,
      cursor_end: 7,
      metadata: {
        _jupyter_types_experimental: [
          { text: "length", type: "property", signature: "length: number", start: 5, end: 7 },
          { text: "lead", type: "method", start: 5, end: 7 },
        ],
      },
    });
  });

  it("takes a cursor behind the code for its end", async () => {
    const { asked, handlers } = setUp({});
    await handlers.complete_request!(requestOf("complete_request", { code: "😀a", cursor_pos: 99 }));
    expect(asked).to.deep.equal([["😀a", 3]]);
  });

  it("inspects: the declaration as code, the documentation below it", async () => {
    const inspection = { declaration: "const a: number", documentation: "How **many**." };
    const { asked, handlers } = setUp({ inspection });
    const request = requestOf("inspect_request", { code: "😀;a", cursor_pos: 3, detail_level: 1 });
    const { content } = await handlers.inspect_request!(request);
    expect(asked).to.deep.equal([["😀;a", 4, 1]]);
    expect(content).to.deep.equal({
      status: "ok",
      found: true,
      data: {
        "text/plain": "const a: number\n\nHow **many**.",
        "text/markdown": "```typescript\nconst a: number\n```\n\nHow **many**.",
      },
      metadata: {},
    });
  });

  it("adds nothing below what has no documentation, and says where nothing is found", async () => {
    const request = requestOf("inspect_request", { code: "a", cursor_pos: 1, detail_level: 0 });
    const bare = setUp({ inspection: { declaration: "let a: 1", documentation: "" } });
    const { content } = await bare.handlers.inspect_request!(request);
    expect((content as { data: object }).data).to.have.property("text/plain", "let a: 1");
    const none = await setUp({}).handlers.inspect_request!(request);
    expect(none.content).to.deep.equal({ status: "ok", found: false, data: {}, metadata: {} });
  });

  it("passes on whether code is complete", async () => {
    for (const completeness of [{ status: "invalid" }, { status: "incomplete", indent: "  " }] as const) {
      const { asked, handlers } = setUp({ completeness });
      const { content } = await handlers.is_complete_request!(requestOf("is_complete_request", { code: "f(" }));
      expect(content).to.deep.equal(completeness);
      expect(asked).to.deep.equal([["f("]]);
    }
  });
});
