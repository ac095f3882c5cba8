import { expect } from "chai";
import type { DisplayBundle } from "../../../kernel/src/display/bundle.js";
import { toMimeBundle } from "../../../kernel/src/display/mimeBundle.js";

const DISPLAY = Symbol.for("Jupyter.display");

function atOnce(value: unknown): DisplayBundle {
  const bundle = toMimeBundle(value);
  expect(bundle).to.not.be.instanceOf(Promise);
  return bundle as DisplayBundle;
}

describe("kernel/display/protocols", () => {
  it("lets a value show itself, and adds its text", async () => {
    const value = { a: 1, [DISPLAY]: () => ({ "text/html": "<b>1</b>" }) };
    expect(atOnce(value).data["text/html"]).to.equal("<b>1</b>");
    expect(atOnce(value).data["text/plain"]).to.include("a: 1");
    const later = { [DISPLAY]: async () => ({ "text/markdown": "*1*" }), toHtml: () => "not asked" };
    expect(await toMimeBundle(later)).to.deep.equal({
      data: { "text/markdown": "*1*", "text/plain": "*1*" },
      metadata: {},
    });
  });

  it("collects the methods that give one representation", async () => {
    class Drawing {
      toHtml() {
        return "<i>";
      }
      async toPng() {
        return Uint8Array.of(1, 2, 3);
      }
      toMimeBundle() {
        return { data: { "application/json": { n: 2n ** 70n, m: 3n } }, metadata: { "image/png": { width: 3 } } };
      }
    }
    const { data, metadata } = await toMimeBundle(new Drawing());
    expect(data).to.deep.equal({
      "text/html": "<i>",
      "image/png": "AQID",
      "application/json": { n: String(2n ** 70n), m: 3 },
      "text/plain": "Drawing {}",
    });
    expect(metadata).to.deep.equal({ "image/png": { width: 3 } });
  });

  it("falls back to text and says why", async () => {
    const fail = () => {
      throw new TypeError("no pen");
    };
    expect(atOnce({ toSvg: fail }).data).to.deep.equal({
      "text/plain": "{ toSvg: [Function: fail] }\n\nThe value's method toSvg failed: TypeError: no pen",
    });
    const half = await toMimeBundle({ toHtml: () => "<b>", toLatex: () => Promise.reject(5) });
    expect(half.data["text/html"]).to.equal("<b>");
    expect(half.data["text/plain"]).to.include("toLatex failed: number: 5");
    for (const wrong of [undefined, null, 5, "text", [], {}, { html: "x" }])
      expect(atOnce({ [DISPLAY]: () => wrong }).data["text/plain"]).to.include("it gave no MIME bundle");
    expect(atOnce({ toHtml: () => 5 }).data).to.include({ "text/html": "5" });
    expect(atOnce({ toPng: () => undefined }).data["text/plain"]).to.include("it gave no image/png");
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    expect(atOnce({ [DISPLAY]: () => ({ "application/json": cyclic }) }).data["text/plain"]).to.include("circular");
  });

  it("looks for methods without running getters or traps", () => {
    const value = {
      get toHtml(): never {
        throw new Error("the getter ran");
      },
    };
    expect(atOnce(value).data).to.deep.equal({ "text/plain": "{ toHtml: [Getter] }" });
    const proxy = new Proxy(
      { toHtml: () => "<b>" },
      {
        get() {
          throw new Error("a trap ran");
        },
      },
    );
    expect(Object.keys(atOnce(proxy).data)).to.deep.equal(["text/plain"]);
    const below = Object.create(
      new Proxy(
        {},
        {
          getPrototypeOf() {
            throw new Error("a trap ran");
          },
        },
      ),
    ) as object;
    expect(atOnce(below).data["text/plain"]).to.be.a("string");
  });

  it("makes binary base64 and texts strings, whatever they come as", () => {
    const bytes = new TextEncoder().encode("<svg/>");
    const { data } = atOnce({
      [DISPLAY]: () => ({
        "image/png": bytes.buffer,
        "image/svg+xml": bytes,
        "text/html": ["a\n", "b"],
        "text/plain": 5,
        "text/latex": null,
        "application/vnd.custom.v1+json": [1, undefined, Number.NaN],
      }),
    });
    expect(data).to.deep.equal({
      "image/png": "PHN2Zy8+",
      "image/svg+xml": "<svg/>",
      "text/html": "a\nb",
      "text/plain": "5",
      "application/vnd.custom.v1+json": [1, null, null],
    });
  });
});
