import { expect } from "chai";
import fc from "fast-check";
import type { DisplayBundle } from "../../../kernel/src/display/bundle.js";
import { toMimeBundle } from "../../../kernel/src/display/mimeBundle.js";

function bundle(value: unknown): { text: string; html: string | undefined } {
  const { data } = toMimeBundle(value) as DisplayBundle;
  return { text: data["text/plain"] as string, html: data["text/html"] as string | undefined };
}

describe("kernel/display/table", () => {
  it("aligns columns, numbers to the right", () => {
    const { text, html } = bundle([
      { name: "a", n: 1 },
      { name: "bcd", n: 1000, note: { x: 1 } },
    ]);
    expect(text).to.equal("name     n  note\na        1\nbcd   1000  { x: 1 }");
    expect(html).to.include('<td style="text-align: right">1000</td>').and.include("<th>name</th>");
  });

  it("limits rows and columns and counts the rest", () => {
    const { text, html } = bundle(Array.from({ length: 1000 }, (_, i) => ({ i })));
    expect(text.split("\n")).to.have.length(62);
    expect(text).to.match(/… 940 more rows$/);
    expect(html).to.include("… 940 more rows");
    const wide = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`c${i}`, i]));
    expect(bundle([wide]).text).to.match(/… 10 more columns$/);
    expect(bundle(new Map(Array.from({ length: 61 }, (_, i) => [i, "x"]))).text).to.match(/… 1 more row$/);
  });

  it("shows maps by key", () => {
    expect(bundle(new Map([["a", 1]])).text).to.equal("key  value\na        1");
    expect(
      bundle(
        new Map([
          ["a", { x: 1 }],
          ["b", { x: 2 }],
        ]),
      ).text,
    ).to.equal("key  x\na    1\nb    2");
    expect(bundle(new Map([["a", { key: 1 }]])).text).to.equal("key  value\na    { key: 1 }");
    expect(bundle(new Map()).text).to.equal("Map(0) {}");
  });

  it("leaves what is no table to its text", () => {
    class Point {
      x = 1;
    }
    for (const value of [
      [],
      [{}],
      [1],
      [{ a: 1 }, 2],
      [new Point()],
      [Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [i, i]))],
      [[1]],
      [{ a: 1 }, new Proxy({ a: 1 }, {})],
      Object.assign([], { 1: { a: 1 } }),
    ])
      expect(bundle(value).html, bundle(value).text).to.equal(undefined);
    // Nothing in common: a list of different things.
    expect(bundle([{ a: 1 }, { b: 1 }, { c: 1 }]).html).to.equal(undefined);
  });

  it("escapes whatever it shows", () => {
    const markup = `<img src=x onerror="alert('1')">&`;
    const value = [{ [markup]: markup, b: { [markup]: [markup] } }];
    for (const table of [value, new Map([[markup, markup]])]) {
      expect(bundle(table).html).to.not.include("<img").and.not.include("'1'");
      expect(bundle(table).html).to.include("&lt;img src=x onerror=&quot;");
    }
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.string(), { minKeys: 1 }), { minLength: 1 }), (rows) => {
        const tags = (bundle(rows).html ?? "").replace(
          /<\/?(?:table|thead|tbody|tr|th|p)>|<td style="text-align: left">|<\/td>/g,
          "",
        );
        expect(tags).to.not.match(/[<>"']/);
      }),
    );
  });

  it("runs no getter and takes odd keys", () => {
    const row = Object.defineProperty({ a: 1 } as Record<string, unknown>, "b", {
      get() {
        throw new Error("the getter ran");
      },
      enumerable: true,
    });
    expect(bundle([row]).text).to.equal("a  b\n1  [Getter]");
    expect(bundle([{ ["__proto__"]: 1, constructor: 2 }]).text).to.equal(
      "__proto__  constructor\n        1            2",
    );
    expect(bundle([Object.assign(Object.create(null), { a: "x\ny" })]).text).to.equal("a\nx y");
  });

  it("cuts long cells", () => {
    expect(bundle([{ a: "x".repeat(1e7) }]).html!.length).to.be.below(1000);
    expect(bundle([{ a: "😀".repeat(1000) }]).text).to.not.match(/[\ud800-\udbff](?![\udc00-\udfff])/);
  });
});
