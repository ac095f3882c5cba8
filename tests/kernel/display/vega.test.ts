import { expect } from "chai";
import type { DisplayBundle } from "../../../kernel/src/display/bundle.js";
import { toMimeBundle } from "../../../kernel/src/display/mimeBundle.js";

function typesOf(value: unknown): string[] {
  return Object.keys((toMimeBundle(value) as DisplayBundle).data);
}

function schema(name: string): object {
  return { $schema: `https://vega.github.io/schema/${name}.json`, mark: "bar" };
}

describe("kernel/display/vega", () => {
  it("gives the MIME type of the version that JupyterLab renders", () => {
    for (const [name, type] of [
      ["vega-lite/v2", "vegalite.v3"],
      ["vega-lite/v3", "vegalite.v3"],
      ["vega-lite/v4.17.0", "vegalite.v4"],
      ["vega-lite/v5", "vegalite.v5"],
      ["vega-lite/v6.1.0", "vegalite.v5"],
      ["vega/v5", "vega.v5"],
      ["vega/v6", "vega.v5"],
    ] as const)
      expect(typesOf(schema(name)), name).to.deep.equal([`application/vnd.${type}+json`, "text/plain"]);
  });

  it("knows charts without a schema, and builders of charts", () => {
    const chart = { data: { values: [{ a: 1n }] }, mark: { type: "bar" }, encoding: { x: { field: "a" } } };
    const { data } = toMimeBundle(chart) as DisplayBundle;
    expect(data["application/vnd.vegalite.v5+json"]).to.deep.equal({ ...chart, data: { values: [{ a: 1 }] } });
    expect(typesOf({ toSpec: () => chart })).to.include("application/vnd.vegalite.v5+json");
  });

  it("leaves everything else alone", () => {
    for (const value of [
      { mark: "bar", encoding: {} },
      { mark: 5, encoding: {}, data: {} },
      { $schema: "https://json-schema.org/draft/2020-12/schema" },
      { $schema: 5 },
      { toSpec: () => 5 },
      new Proxy(schema("vega-lite/v5"), {}),
    ])
      expect(typesOf(value)).to.deep.equal(["text/plain"]);
    const cyclic: Record<string, unknown> = { ...schema("vega-lite/v5") };
    cyclic["data"] = cyclic;
    expect((toMimeBundle(cyclic) as DisplayBundle).data["text/plain"]).to.include("circular");
  });
});
