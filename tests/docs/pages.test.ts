/** `npm run docs`: TypeDoc has nothing to complain of, and every link of its pages leads somewhere. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { ROOT } from "./markdown.js";

const TYPEDOC = path.join(ROOT, "node_modules", "typedoc", "bin", "typedoc");

/** Names and places of a page that links can lead to. */
function anchorsOf(html: string): Set<string> {
  return new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
}

/** What a page links to within the pages. */
function linksOf(html: string): string[] {
  return [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, link]) => link).filter((link) => !/^[a-z]+:/.test(link));
}

describe("docs: pages of the library", function () {
  this.timeout(180_000);
  let folder: string;
  let said: string;
  let status: number | null;
  let pages: ReadonlyMap<string, string>;

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "espalier-pages-"));
    const child = spawnSync(process.execPath, [TYPEDOC, "--out", folder], { cwd: ROOT, encoding: "utf8" });
    said = `${child.stdout}${child.stderr}`;
    status = child.status;
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".html"));
    pages = new Map(names.map((name) => [path.join(folder, name), readFileSync(path.join(folder, name), "utf8")]));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it("are made without a warning", () => {
    expect(said).not.to.match(/warning|error/);
    expect(status).to.equal(0);
  });

  it("have one for what a program imports, for a notebook's own names, and for the method", () => {
    const read = (name: string) => pages.get(path.join(folder, name)) ?? "";
    expect(read("functions/espalier.createStudy.html")).to.include("createStudy");
    expect(read("functions/espalier.verifyBundle.html")).to.include("evidence.zip");
    expect(read("functions/espalier_in_a_notebook.frontier.html")).to.include("frontier");
    expect(anchorsOf(read("documents/Method.html"))).to.include("9-frontier-quality");
    expect(linksOf(read("index.html"))).to.include("documents/Documentation.html");
  });

  it("link to pages, pictures and headings that are there", () => {
    const anchors = new Map([...pages].map(([page, html]) => [page, anchorsOf(html)]));
    const broken = new Set<string>();
    for (const [page, html] of pages) {
      for (const link of linksOf(html)) {
        const [name, anchor = ""] = link.split("#");
        const target = name === "" ? page : path.resolve(path.dirname(page), decodeURIComponent(name));
        const there = existsSync(target) && statSync(target).isFile();
        if (!there || (anchor !== "" && anchors.get(target)?.has(decodeURIComponent(anchor)) === false)) {
          broken.add(`${path.relative(folder, page)}: ${link}`);
        }
      }
    }
    expect([...broken]).to.deep.equal([]);
  });
});
