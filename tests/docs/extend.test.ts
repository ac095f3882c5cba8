/** Every worked change of docs/extend is made: compiled against the sources, and its tests are run. */
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { applyDiff, workedChanges } from "./extend.js";
import { ROOT } from "./markdown.js";
import { complaints, javaScriptOf, overlaidProgram } from "./overlay.js";

/** What a child says of its tests. */
interface MochaReport {
  readonly passes: readonly { readonly file: string }[];
  readonly failures: readonly { readonly fullTitle: string; readonly err: { readonly message?: string } }[];
}

const changes = workedChanges();
/** All changes at once: `changes no file that another one changes` says that they do not meet. */
const files = new Map(changes.flatMap(({ files: own }) => [...own]));

function builtFile(folder: string, name: string): string {
  return path.join(folder, "dist", name.replace(/\.ts$/, ".js"));
}

/** A package like the built checkout, with the changes in it. */
function writePackage(folder: string): void {
  for (const part of ["src", "tests", "kernel"]) {
    cpSync(path.join(ROOT, "dist", part), path.join(folder, "dist", part), {
      recursive: true,
      filter: (file) => path.extname(file) === "" || /\.(js|json)$/.test(file),
    });
  }
  for (const [name, text] of files) {
    const file = builtFile(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, javaScriptOf(text, name));
  }
  copyFileSync(path.join(ROOT, "package.json"), path.join(folder, "package.json"));
  for (const name of ["node_modules", "embedded"]) symlinkSync(path.join(ROOT, name), path.join(folder, name));
}

/** Runs all tests at once. */
function runTests(folder: string): MochaReport {
  const report = path.join(folder, "report.json");
  const mocha = path.join(ROOT, "node_modules", "mocha", "bin", "mocha.js");
  const tests = changes.flatMap((change) => change.tests).map((name) => builtFile(folder, name));
  const options = ["--no-config", "--exit", "--timeout", "60000", "--reporter", "json", "--reporter-option"];
  const child = spawnSync(process.execPath, [mocha, ...options, `output=${report}`, ...tests], {
    cwd: folder,
    encoding: "utf8",
    timeout: 150_000,
  });
  try {
    return JSON.parse(readFileSync(report, "utf8")) as MochaReport;
  } catch {
    throw new Error(`The tests did not run: ${child.stderr}${child.stdout}`);
  }
}

/** What the linter and the formatter say of the files as the pages show them. */
function lint(folder: string): string {
  for (const [name, text] of files) {
    const file = path.join(folder, "sources", name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const biome = path.join(ROOT, "node_modules", "@biomejs", "biome", "bin", "biome");
  const options = ["check", `--config-path=${ROOT}`, "--vcs-enabled=false", "--colors=off", "sources"];
  const child = spawnSync(process.execPath, [biome, ...options], { cwd: folder, encoding: "utf8" });
  const said = `${child.stdout}${child.stderr}`;
  expect(said).to.include(`Checked ${files.size} files`);
  return child.status === 0 ? "" : said;
}

describe("docs/extend", function () {
  this.timeout(180_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "espalier-extend-"));
    writePackage(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("has a page for each kind of addition, none of which changes a file that another one changes", () => {
    expect(changes.map(({ page }) => path.basename(page, ".md"))).to.include.members([
      "benchmark",
      "kernelFunction",
      "model",
      "searcher",
      "selector",
    ]);
    const all = changes.flatMap(({ files: own }) => [...own.keys()]);
    expect(all.filter((name, i) => all.indexOf(name) !== i)).to.deep.equal([]);
    for (const { page, tests } of changes) expect(tests, page).to.not.deep.equal([]);
  });

  it("compiles against the sources", () => {
    // The whole program: a new member of a union shows where it is not known yet.
    const program = overlaidProgram(files, ["src/index.ts", "src/cli/main.ts"]);
    expect(complaints(program)).to.deep.equal([]);
  });

  it("passes its tests", () => {
    const { passes, failures } = runTests(folder);
    expect(failures.map(({ fullTitle, err }) => `${fullTitle}: ${err.message}`)).to.deep.equal([]);
    const passed = new Set(passes.map(({ file }) => path.relative(folder, file)));
    for (const { page, tests } of changes) {
      for (const name of tests) expect([...passed], page).to.include(path.relative(folder, builtFile(folder, name)));
    }
  });

  it("is formatted and linted", () => {
    expect(lint(folder)).to.equal("");
  });

  it("says so where a change no longer fits", () => {
    expect(() => applyDiff("a\nb\n", " a\n+c\n", "x.ts")).to.not.throw();
    expect(applyDiff("a\nb\n", " a\n+c\n b\n", "x.ts")).to.equal("a\nc\nb\n");
    expect(applyDiff("a\nb\n", "-b\n+c\n", "x.ts")).to.equal("a\nc\n");
    expect(() => applyDiff("a\nb\n", "-z\n+c\n", "x.ts")).to.throw("0 times");
    expect(() => applyDiff("a\nb\na\n", "-a\n+c\n", "x.ts")).to.throw("2 times");
    expect(() => applyDiff("a\nb\n", "b\n", "x.ts")).to.throw("does not begin");
    const broken = new Map([
      ["src/selectors/broken.ts", 'import { nothing } from "./selector.js";\nexport const x: string = 1 + nothing;\n'],
    ]);
    expect(complaints(overlaidProgram(broken), broken.keys())).to.have.length.above(0);
  });
});
