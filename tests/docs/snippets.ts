/** Code of the pages under docs/concepts and of docstrings, made into modules that can be checked and run. */
import path from "node:path";
import { type Block, blocksOf, pagesUnder, readPage } from "./markdown.js";
import { type Example, LIBRARY, NOTEBOOK, type PublicName } from "./publicNames.js";

/** A module made of snippets. */
export interface SnippetModule {
  /** Where it would lie in the checkout: beside what it is from. */
  readonly file: string;
  /** Its lines are those of the page; "espalier" is what notebooks import, or the library. */
  readonly text: string;
  /** The same with the parts that are run alone; null where none is. */
  readonly run: string | null;
}

/** Names that examples take as given. */
const GIVEN: Readonly<Record<string, string>> = {
  study: 'import("ESPALIER").Study',
  studyModel: 'import("ESPALIER").StudyModel',
  model: 'import("ESPALIER").VisionLanguageModel',
  processor: 'import("ESPALIER").Processor',
  data: 'import("ESPALIER").StudyData',
  results: 'import("ESPALIER").Results',
  prepared: 'import("ESPALIER").PreparedSamples',
  cost: 'import("ESPALIER").CostModel',
  calibration: 'import("ESPALIER").Calibration',
  handler: 'import("ESPALIER").WorkerOptions["handler"]',
  verification: 'import("ESPALIER").Verification',
  journal: 'import("ESPALIER").JournalContents',
  document: 'import("ESPALIER").OutsideDocument',
};

/** "espalier" as a path from a folder of the checkout. */
function relativeTo(folder: string, module: string): string {
  return path.posix.relative(folder, module.replace(/\.ts$/, ".js"));
}

function fromSources(text: string, folder: string, notebook: boolean): string {
  return text
    .replaceAll('"espalier"', `"${relativeTo(folder, notebook ? NOTEBOOK : LIBRARY)}"`)
    .replaceAll('"@espalier/kernel"', `"${relativeTo(folder, "kernel/src/api/notebook.ts")}"`);
}

/** Blocks on the lines on which the page has them, nothing else. */
function onTheirLines(blocks: readonly Block[]): string {
  const lines: string[] = [];
  for (const { line, text } of blocks) {
    while (lines.length < line - 1) lines.push("");
    lines.push(...text.split("\n"));
  }
  return `${lines.join("\n")}\nexport {};\n`;
}

/** The modules of the pages under docs/concepts, one a page: later blocks see what earlier ones declare. */
export function pageModules(): SnippetModule[] {
  return pagesUnder("docs/concepts").flatMap((page) => {
    const blocks = blocksOf(readPage(page)).filter(({ language }) => language === "ts");
    if (blocks.length === 0) return [];
    const notebook = blocks.some(({ flags }) => flags.includes("notebook"));
    const run = blocks.filter(({ flags }) => flags.includes("run"));
    return [
      {
        file: `${page}.ts`,
        text: fromSources(onTheirLines(blocks), path.posix.dirname(page), notebook),
        run: run.length === 0 ? null : checked(onTheirLines(run)),
      },
    ];
  });
}

/** The module of a docstring's example: imports what it uses of the library, and is given what it does not declare. It is run where it says what comes out. */
export function exampleModule({ where, text }: Example, names: readonly PublicName[], index: number): SnippetModule {
  const uses = (name: string) => new RegExp(`(?<![.\\w"-])${name}(?![\\w"])`, "u").test(text);
  const imported = new Set(
    names.filter(({ name }) => uses(name)).map(({ name, isValue }) => (isValue ? name : `type ${name}`)),
  );
  const imports = imported.size === 0 ? "" : `import { ${[...imported].join(", ")} } from "espalier"; `;
  const declares = (name: string) => new RegExp(`const (\\{[^}]*)?\\b${name}\\b`, "u").test(text);
  const given = Object.entries(GIVEN)
    .filter(([name]) => uses(name) && !declares(name))
    .map(([name, type]) => `declare const ${name}: ${type.replace("ESPALIER", relativeTo("docs", NOTEBOOK))}; `);
  const own = [...text.matchAll(/^import .*$/gm)].map(([line]) => `${line} `);
  const body = text.replaceAll(/^import .*$/gm, "");
  const module = `${imports}${own.join("")}${given.join("")}{\n${body}\n}\nexport {};\n`;
  return {
    file: `docs/example${index}.${where.replaceAll(/[^\w]+/g, "_")}.ts`,
    text: fromSources(module, "docs", true),
    run: text.includes("// →") ? checked(module) : null,
  };
}

/** `value; // → expected` becomes a comparison. */
function checked(text: string): string {
  const compared = text.replaceAll(/^(\s*)(?:const \w+ = )?(.+); \/\/ → (.+)$/gm, (whole, space, value, expected) => {
    const declares = /^\s*const (\w+) = /.exec(whole);
    const kept = declares === null ? "" : `${space}const ${declares[1]} = ${value}; `;
    return `${kept}${space}globalThis.compareInDocumentation(${declares?.[1] ?? value}, ${expected});`;
  });
  return compared;
}
