/**
 * What TypeDoc is to know of this project: titles and categories of the pages, categories of the names, GitHub's anchors, and that
 * sources are no pages.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Application, Comment, CommentTag, Converter, KindRouter, PageEvent, ReflectionKind } from "typedoc";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** Begins the address of a link to a source, until the page is drawn. */
const SOURCE = "source:";
/** Files beside the pages that are copied; a link to any other is one to a source. */
const COPIED = /\.png$/;

/** Folder of `src/` → what its names are about; a new folder is one line here. */
const CATEGORIES = {
  calibration: "Calibration",
  checkpoint: "Checkpoints",
  cost: "Costs and budgets",
  errors: "Errors",
  evaluation: "Evaluation",
  "export/bundle": "Bundles",
  "export/outside": "Evaluations from elsewhere",
  "export/transformers": "Schedules for other libraries",
  export: "Results",
  figures: "Figures",
  models: "Models",
  notebook: "Notebooks",
  pareto: "Frontiers",
  queue: "Queue and workers",
  schedules: "Schedules",
  search: "Search and searchers",
  selectors: "Selectors",
  statistics: "Statistics",
  study: "Studies",
  tasks: "Benchmarks and samples",
  tensor: "Backend and random numbers",
};

/** Of a page, by where it is. */
function pageCategory(file) {
  if (file === "docs/README.md") return "Overview";
  if (file.startsWith("docs/concepts/")) return "Concepts";
  if (file.startsWith("docs/extend/")) return "Add your own";
  return /^src\/export\//.test(file) ? "Files" : "Reference";
}

/** Anchors as GitHub makes them, which the pages' links are for: without the section sign. */
class Router extends KindRouter {
  getSlugger(target) {
    const slugger = super.getSlugger(target);
    const own = Object.create(slugger);
    own.slug = (heading) => slugger.slug(heading.replaceAll("§", ""));
    return own;
  }
}

/** A path from the root of the checkout, with slashes. */
function fromRoot(file) {
  return path.relative(ROOT, file).split(path.sep).join("/");
}

/** The category of a name, by where it is declared; undefined elsewhere than in `src/`. */
function nameCategory(file) {
  const place = fromRoot(file).replace(/^src\//, "");
  const folder = Object.keys(CATEGORIES).find((name) => place.startsWith(`${name}/`) || place === `${name}.ts`);
  return folder === undefined ? undefined : CATEGORIES[folder];
}

function categorise(reflection, category) {
  reflection.comment ??= new Comment();
  reflection.comment.blockTags.push(new CommentTag("@category", [{ kind: "text", text: category }]));
}

/** Points links to sources and folders of them at no file, so that none is copied: there would be no page to show it. */
function markSources(parts, project) {
  for (const part of parts) {
    if (part.kind !== "relative-link" || typeof part.target !== "number") continue;
    const file = project.files.resolve(part.target, project);
    if (typeof file !== "string" || COPIED.test(file)) continue;
    part.target = undefined;
    part.text = `${SOURCE}${fromRoot(file)}`;
  }
}

/** Draws such links as text that says on hovering where the source is; a link to the pages' folder leads to the first of them. */
function mendLinks(tokens) {
  let open = false;
  for (const token of tokens) {
    const address = token.type === "link_open" ? token.attrGet("href") : null;
    if (address?.startsWith(SOURCE)) {
      open = true;
      token.tag = "span";
      token.attrs = [["title", decodeURI(address.slice(SOURCE.length))]];
    } else if (address !== null && /^(\.\.?\/)+$/.test(address)) {
      token.attrSet("href", `${address}index.html`);
    } else if (token.type === "link_close" && open) {
      open = false;
      token.tag = "span";
    }
  }
}

/** Links names of the library that stand in backticks. Those of small letters alone are words as well, and stay as they are. */
function linkNames(tokens, Token, addressOf) {
  let inside = false;
  return tokens.flatMap((token) => {
    if (token.type === "link_open") inside = true;
    else if (token.type === "link_close") inside = false;
    const isName = token.type === "code_inline" && /^\w*[A-Z]\w*$/.test(token.content);
    const address = isName && !inside ? addressOf(token.content) : undefined;
    if (address === undefined) return [token];
    const open = new Token("link_open", "a", 1);
    open.attrs = [["href", address]];
    return [open, token, new Token("link_close", "a", -1)];
  });
}

/** The addresses of public names from a page; undefined for other names, and for the page's own. */
function addresses(router, page) {
  const [modules, own] = [page.project.children ?? [], page.model];
  return (name) => {
    const found = modules.flatMap(({ children = [] }) => children.filter((child) => child.name === name));
    const near = found.find((one) => one.parent === own.parent || one.parent === own) ?? found[0];
    return near === undefined || near === own ? undefined : router.relativeUrl(own, near);
  };
}

/** Whether the checkout knows where it came from, so that TypeDoc can link sources. */
function hasOrigin() {
  return spawnSync("git", ["-C", ROOT, "remote", "get-url", "origin"]).status === 0;
}

export function load(app) {
  let page;
  app.renderer.defineRouter("pages", Router);
  app.renderer.on(PageEvent.BEGIN, (event) => {
    page = event;
  });
  app.on(Application.EVENT_BOOTSTRAP_END, () => {
    // A revision of this name makes TypeDoc name sources without linking them.
    if (!hasOrigin()) app.options.setValue("gitRevision", "HEAD");
    app.options.setValue("markdownItLoader", ({ core }) => {
      core.ruler.push("espalier", ({ tokens, Token }) => {
        const addressOf = addresses(app.renderer.router, page);
        for (const token of tokens) {
          if (token.children === null) continue;
          mendLinks(token.children);
          token.children = linkNames(token.children, Token, addressOf);
        }
      });
    });
  });
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, document) => {
    const file = document.project.files.getReflectionPath(document);
    document.name = /^# (.+)$/m.exec(readFileSync(file, "utf8"))?.[1] ?? document.name;
    document.frontmatter.category = pageCategory(fromRoot(file));
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
      categorise(module, "Library");
      for (const name of module.children ?? []) {
        const category = nameCategory(project.getSymbolIdFromReflection(name)?.fileName ?? "");
        if (category === undefined)
          app.logger.warn(`${name.name} has no category; add its folder to scripts/typedoc.mjs.`);
        else categorise(name, category);
      }
    }
  });
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    if (project.readme !== undefined) markSources(project.readme, project);
    for (const document of project.documents ?? []) markSources(document.content, project);
  });
}
