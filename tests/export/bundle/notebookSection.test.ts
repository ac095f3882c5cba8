import { readFileSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import { EspalierError } from "../../../src/errors.js";
import { notebookSection, parseNotebook } from "../../../src/export/bundle/index.js";
import { renderMarkdown } from "../../../src/export/bundle/markdown.js";

const QUICKSTART = new URL("../../../../notebooks/10_quickstart.ipynb", import.meta.url);

/** Every tag with its attributes. */
const tags = (html: string) => html.match(/<[^>]*>/g) ?? [];
const SAFE =
  /^<\/?(h[2-6]|p|ul|ol|li|blockquote|pre|code|strong|em|table|thead|tbody|tr|th|td|section)>$|^<a href="https?:\/\/[^"<>\s]*" rel="noopener noreferrer">$|^<\/a>$|^<\/div>$|^<div class="scroll panel" tabindex="0" role="region" aria-label="[a-z]+">$|^<img src="data:image\/[a-z+]+;base64,[A-Za-z0-9+/]+=*" alt="[^"<>]*" width="100%">$/;

function section(cells: unknown[]): string {
  return notebookSection(parseNotebook(Buffer.from(JSON.stringify({ nbformat: 4, cells })), "n.ipynb"), "n.ipynb");
}

describe("export/bundle/notebookSection", () => {
  it("renders the part of Markdown that notebooks use", () => {
    expect(
      renderMarkdown("# A *b*\n\ntext `x<y` and $a_b$\nmore **bold**\n\n- one\n- two\n  goes on\n\n1. first"),
    ).to.equal(
      [
        "<h3>A <em>b</em></h3>",
        "<p>text <code>x&lt;y</code> and $a_b$ more <strong>bold</strong></p>",
        "<ul><li>one</li><li>two goes on</li></ul>",
        "<ol><li>first</li></ol>",
      ].join("\n"),
    );
    expect(renderMarkdown("| a | b |\n|---|---|\n| 1 | 2 |")).to.equal(
      "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>",
    );
    expect(renderMarkdown("```js\n<b>\n```\n> quoted")).to.equal(
      "<pre><code>&lt;b&gt;</code></pre>\n<blockquote><p>quoted</p></blockquote>",
    );
    expect(renderMarkdown("[a](https://example.org/x_y_z) [b](javascript:alert) ![c](x.png)")).to.equal(
      '<p><a href="https://example.org/x_y_z" rel="noopener noreferrer">a</a> b [c]</p>',
    );
  });

  it("lets no text become anything but text", () => {
    const pieces = [
      "<script>",
      "[x](",
      "https://a",
      "javascript:",
      '"',
      "'",
      ")",
      "`",
      "**",
      "*",
      "_",
      "|",
      "\n",
      "---",
      "> ",
      "# ",
      "- ",
      "```",
      "&",
      "$",
      "!",
      "[",
      "]",
    ];
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 5 })), { maxLength: 30 }),
        (parts) => {
          for (const tag of tags(renderMarkdown(parts.join("")))) expect(tag).to.match(SAFE);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("shows outputs as pictures and text only", () => {
    const html = section([
      { cell_type: "markdown", source: ["# Title <img src=x onerror=alert(1)>\n"] },
      {
        cell_type: "code",
        source: "let x = '</code><script>'",
        outputs: [
          { output_type: "stream", name: "stdout", text: ["\u001b[31mred\u001b[0m <b>\n"] },
          { output_type: "display_data", data: { "text/html": "<script>alert(1)</script>", "text/plain": "plain" } },
          { output_type: "display_data", data: { "image/png": "aGk=\n", "text/plain": '"><script>' } },
          { output_type: "display_data", data: { "image/png": '"><script>', "text/plain": "fallback" } },
          { output_type: "display_data", data: { "image/svg+xml": ["<svg ", "onload='x'/>"] } },
          { output_type: "error", ename: "E", evalue: "e", traceback: ["trace <i>"] },
        ],
      },
    ]);
    for (const tag of tags(html)) expect(tag).to.match(SAFE);
    expect(html)
      .to.include("red &lt;b&gt;")
      .and.to.include("plain")
      .and.to.include('src="data:image/png;base64,aGk="')
      .and.to.include("fallback")
      .and.to.include("data:image/svg+xml;base64,")
      .and.to.include("trace &lt;i&gt;");
    expect(html).to.not.include("\u001b");
  });

  it("renders the notebook that ships", () => {
    const html = notebookSection(parseNotebook(readFileSync(QUICKSTART), "10"), "10_quickstart.ipynb");
    expect(html).to.include("<h3>How few visual tokens");
    for (const tag of tags(html)) expect(tag).to.match(SAFE);
  });

  it("refuses what is no notebook in one sentence", () => {
    for (const text of ["", "{", "[]", '{"nbformat":3,"cells":[]}', '{"nbformat":4}', '{"nbformat":4,"cells":[{}]}']) {
      expect(() => parseNotebook(Buffer.from(text), "n.ipynb"), text).to.throw(
        EspalierError,
        /^n\.ipynb is no notebook[^\n]*\.$/,
      );
    }
  });
});
