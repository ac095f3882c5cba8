import { expect } from "chai";
import { html, json, latex, markdown, png, svg } from "../../../kernel/src/display/displayables.js";
import { Displays } from "../../../kernel/src/display/displays.js";
import { createTslab } from "../../../kernel/src/display/tslab.js";
import { makePublication, newSender } from "../../../kernel/src/wire/index.js";
import { checkPublished } from "../wire/specification.js";

interface Published {
  type: string;
  data: Record<string, unknown>;
  metadata: unknown;
  id: string | undefined;
}

/** Displays, and what they published, which was checked. */
function record(): { displays: Displays; published: Published[] } {
  const published: Published[] = [];
  const displays = new Displays((type, content) => {
    checkPublished(makePublication(newSender(), type, content));
    const {
      data = {},
      metadata,
      transient,
    } = content as {
      data?: Record<string, unknown>;
      metadata?: unknown;
      transient?: { display_id?: string };
    };
    published.push({ type, data, metadata, id: transient?.display_id });
  });
  return { displays, published };
}

describe("kernel/display/displays", () => {
  it("shows values, bundles and raw bundles", () => {
    const { displays, published } = record();
    displays.display({ a: 1 });
    displays.display({ "text/html": "<b>" }, { metadata: { "text/html": { isolated: true } } });
    displays.display({ "text/html": "<b>" }, { raw: false });
    displays.display({ custom: "x" }, { raw: true });
    displays.display(null, { raw: true });
    expect(published.map(({ type }) => type)).to.deep.equal(Array(5).fill("display_data"));
    expect(published[0]!.data).to.deep.equal({ "text/plain": "{ a: 1 }" });
    expect(published[1]!.data).to.deep.equal({ "text/html": "<b>", "text/plain": "[text/html, 3 characters]" });
    expect(published[1]!.metadata).to.deep.equal({ "text/html": { isolated: true } });
    expect(published[2]!.data).to.deep.equal({ "text/plain": "{ 'text/html': '<b>' }" });
    expect(published[3]!.data).to.include({ custom: "x" });
    expect(published[4]!.data).to.deep.equal({ "text/plain": "null" });
  });

  it("replaces what is shown", () => {
    const { displays, published } = record();
    const handle = displays.display(1, { displayId: "here" });
    handle.update(2);
    displays.display(3, { display_id: "here", update: true });
    expect(published.map(({ type, id, data }) => [type, id, data["text/plain"]])).to.deep.equal([
      ["display_data", "here", "1"],
      ["update_display_data", "here", "2"],
      ["update_display_data", "here", "3"],
    ]);
    expect(displays.display(1).displayId).to.not.equal(displays.display(1).displayId);
    displays.clearOutput();
    displays.clearOutput(true);
    expect(published.slice(-2).map(({ type }) => type)).to.deep.equal(["clear_output", "clear_output"]);
  });

  it("keeps the order of one display while a representation takes time", async () => {
    const { displays, published } = record();
    let resolve = (_: string): void => {};
    const handle = displays.display({ toHtml: () => new Promise<string>((done) => (resolve = done)) });
    handle.update("second");
    displays.display("other");
    expect(published.map(({ data }) => data["text/plain"])).to.deep.equal(["'other'"]);
    resolve("<b>first</b>");
    await displays.settled();
    expect(published.map(({ type, data }) => [type, data["text/html"] ?? data["text/plain"]])).to.deep.equal([
      ["display_data", "'other'"],
      ["display_data", "<b>first</b>"],
      ["update_display_data", "'second'"],
    ]);
    handle.update("third");
    expect(published).to.have.length(4);
  });

  it("does not wait for ever for what was given up", async () => {
    const { displays, published } = record();
    displays.display({ toHtml: () => new Promise(() => {}) }, { displayId: "a" });
    displays.abandon();
    await displays.settled();
    displays.display(1, { displayId: "a" });
    expect(published).to.have.length(1);
  });

  it("refuses what cannot be written, where the caller sees it", () => {
    const { displays } = record();
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    expect(() => displays.display({ "application/json": cyclic })).to.throw(TypeError);
    expect(() => displays.display(1, { metadata: cyclic })).to.throw(TypeError);
  });

  it("escapes what templates of markup take in", () => {
    const inner = svg`<svg>${"<&>"}</svg>`;
    const shown = html`<b title="${`"'`}">${"<i>"}${[1, null, html`<u>`]}${inner}${false}${0}</b>`;
    expect(shown.get("text/html")).to.equal('<b title="&quot;&#39;">&lt;i&gt;1<u><svg>&lt;&amp;&gt;</svg>0</b>');
    expect(html("<i>").get("text/html")).to.equal("<i>");
    const nested = { toString: () => "<script>" };
    expect(html`${nested}`.get("text/html")).to.equal("&lt;script&gt;");
  });

  it("keeps the backslashes of LaTeX", () => {
    expect(latex`\frac{${1}}{\unknown}`.get("text/latex")).to.equal("$$\\frac{1}{\\unknown}$$");
    expect(latex("$x$").get("text/latex")).to.equal("$x$");
    expect(markdown`\`code\` $\alpha$ \${${1}}`.get("text/markdown")).to.equal("`code` $\\alpha$ $" + "{1}");
    expect(markdown("# a").get("text/plain")).to.equal("# a");
  });

  it("shows JSON and images", () => {
    const { displays, published } = record();
    displays.display(json({ a: 1n }, { expanded: true }));
    displays.display(png(Uint8Array.of(1)));
    displays.display(png("AQ=="));
    expect(published[0]!.data).to.deep.include({ "application/json": { a: 1 } });
    expect(published[0]!.metadata).to.deep.equal({ "application/json": { expanded: true } });
    expect(published.slice(1).map(({ data }) => data["image/png"])).to.deep.equal(["AQ==", "AQ=="]);
  });

  it("is tslab to notebooks that import it", () => {
    const { displays, published } = record();
    const tslab = createTslab(displays, "5.9.0");
    tslab.display.html("<b>");
    tslab.display.png(Uint8Array.of(1));
    tslab.display.text("plain");
    tslab.display.raw("application/x-thing", Uint8Array.of(2));
    tslab.display.raw("application/json", '{"a":1}');
    expect(published.map(({ data }) => Object.values(data)[0])).to.deep.equal([
      "<b>",
      "AQ==",
      "plain",
      "Ag==",
      { a: 1 },
    ]);
    const one = tslab.newDisplay();
    one.text("1");
    one.markdown("2");
    const [first, second] = published.slice(-2);
    expect([first!.type, second!.type]).to.deep.equal(["display_data", "update_display_data"]);
    expect(first!.id).to.equal(second!.id);
    expect(tslab.versions).to.deep.equal({ tslab: "1.0.22", typescript: "5.9.0", node: process.version });
  });
});
