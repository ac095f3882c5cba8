/** What the pages refer to is there: files, headings, sections of the method, commands and their options. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { createProgram } from "../../src/cli/program.js";
import { allPages, anchorsOf, blocksOf, pagesUnder, proseOf, ROOT, readPage } from "./markdown.js";

/** Folders that set-up makes: they need not be there. */
const BUILT = /^(share\/(anywidget|jupyter\/labextensions)|dist|docs\/api|labextension\/lib)(\/|$)/;

/** "page:line: found" for each match of a pattern in a text. */
function places(page: string, text: string, pattern: RegExp): { at: string; groups: string[] }[] {
  return [...text.matchAll(pattern)].map((found) => ({
    at: `${page}:${text.slice(0, found.index).split("\n").length}: ${found[0].trim()}`,
    groups: found.slice(1),
  }));
}

function sourceFiles(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ts|md|mjs)$/.test(name) && !name.includes("node_modules"))
    .map((name) => path.posix.join(folder, name.split(path.sep).join("/")));
}

describe("docs: references", () => {
  it("links lead to files and headings that are there", () => {
    const broken: string[] = [];
    for (const page of allPages()) {
      for (const { at, groups } of places(page, proseOf(readPage(page), true), /\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(groups[0])) continue;
        const [name, anchor] = groups[0].split("#");
        const target = name === "" ? page : path.posix.join(path.posix.dirname(page), decodeURIComponent(name));
        if (!existsSync(path.join(ROOT, target))) broken.push(at);
        else if (anchor !== undefined && !anchorsOf(readPage(target)).has(anchor))
          broken.push(`${at} (no such heading)`);
      }
    }
    expect(broken).to.deep.equal([]);
  });

  it("sections of the method are there, wherever one is cited", () => {
    const sections = new Set([...readPage("src/METHOD.md").matchAll(/^## §(\d+) /gm)].map(([, number]) => number));
    expect(sections.size).to.be.above(5);
    const broken: string[] = [];
    for (const page of [...allPages(), ...sourceFiles("src")]) {
      const text = readFileSync(path.join(ROOT, page), "utf8");
      for (const { at, groups } of places(page, text, /§(\d+)/g)) if (!sections.has(groups[0])) broken.push(at);
    }
    expect(broken).to.deep.equal([]);
  });

  it("paths in backticks are there, from the root or from the page", () => {
    const broken: string[] = [];
    const roots = "src|tests|docs|kernel|labextension|scripts|notebooks|embedded|share";
    for (const page of allPages()) {
      const pattern = new RegExp(`\`((?:${roots})/[\\w./-]+)\``, "g");
      for (const { at, groups } of places(page, proseOf(readPage(page), false), pattern)) {
        const from = ["", path.posix.dirname(page)].map((folder) => path.join(ROOT, folder, groups[0]));
        if (!BUILT.test(groups[0]) && !from.some((file) => existsSync(file))) broken.push(at);
      }
    }
    expect(broken).to.deep.equal([]);
  });

  it("commands have the options that pages give them", () => {
    const commands = new Map(createProgram([]).commands.map((command) => [command.name(), command]));
    const broken: string[] = [];
    let seen = 0;
    for (const page of allPages()) {
      const fenced = blocksOf(readPage(page)).filter(({ language }) => language === "" || language === "sh");
      const spans = [...proseOf(readPage(page), false).matchAll(/`([^`\n]+)`/g)].map(([, text]) => text);
      const lines = [...fenced.flatMap(({ text }) => text.split("\n")), ...spans];
      for (const line of lines) {
        const found = /^(?:npx )?espalier (\w+)([^#]*)/.exec(line.trim());
        if (found === null) continue;
        seen++;
        const command = commands.get(found[1]);
        const options = [...found[2].split(";")[0].matchAll(/(--[a-z][a-z-]*)/g)].map(([, flag]) => flag);
        const unknown = options.filter((flag) => !command?.options.some(({ long }) => long === flag));
        if (command === undefined || unknown.length > 0) broken.push(`${page}: ${line.trim()} (${unknown.join(", ")})`);
      }
    }
    expect(seen).to.be.above(10);
    expect(broken).to.deep.equal([]);
  });

  it("every concept and every worked change is in the index of docs/", () => {
    const index = readPage("docs/README.md");
    const missing = [...pagesUnder("docs/concepts"), ...pagesUnder("docs/extend")].filter(
      (page) => !index.includes(`(${path.posix.relative("docs", page)})`),
    );
    expect(missing).to.deep.equal([]);
  });

  it("concept pages say where the method and the code are, how to use it, and what it does not tell", () => {
    for (const page of pagesUnder("docs/concepts")) {
      const text = readPage(page);
      expect(text.split("\n").length, `${page}: lines`).to.be.at.most(90);
      expect(text, page).to.include("\n## Use it\n").and.to.include("\n## What it does not tell\n");
      expect(text, page).to.match(/^- In the code: /m);
      expect(
        blocksOf(text).some(({ language }) => language === "ts"),
        page,
      ).to.equal(true);
    }
  });

  it("files that every project has are there, and say the same", () => {
    const manifest = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as Record<string, string>;
    const licence = readFileSync(path.join(ROOT, "LICENSE"), "utf8");
    const citation = readFileSync(path.join(ROOT, "CITATION.cff"), "utf8");
    expect(manifest["license"]).to.equal("Apache-2.0");
    expect(licence).to.include("Apache License").and.to.include("Version 2.0, January 2004");
    expect(citation).to.match(/^cff-version: 1\.2\.0$/m);
    expect(citation).to.match(/^license: Apache-2\.0$/m);
    expect(citation).to.include(`version: ${manifest["version"]}`);
    for (const name of ["CONTRIBUTING.md", "CHANGELOG.md"])
      expect(statSync(path.join(ROOT, name)).size).to.be.above(500);
  });
});
