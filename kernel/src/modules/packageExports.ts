/**
 * Which file of a package an import means. Node tells it of imports only where a module asks; `require.resolve` reads the conditions
 * of `require`, and finds nothing in packages of ES modules alone.
 *
 * Source: Node.js, "Packages", section "Package entry points".
 */
import fs from "node:fs";
import path from "node:path";

const CONDITIONS: ReadonlySet<string> = new Set(["node", "import", "module-sync", "node-addons", "default"]);

/**
 * The file by `exports` of the package's package.json.
 *
 * @param folders where packages are looked for, as `require.resolve.paths` gives them.
 * @returns absolute path; undefined when there is no such package, or it has no `exports`, or does not export the name.
 */
export function resolveExport(specifier: string, folders: readonly string[]): string | undefined {
  const [, name, rest = ""] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(specifier) ?? [];
  if (name === undefined) return undefined;
  const folder = folders
    .map((each) => path.join(each, name))
    .find((each) => fs.existsSync(path.join(each, "package.json")));
  if (folder === undefined) return undefined;
  const { exports } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8")) as { exports?: unknown };
  const target = findTarget(exports, `.${rest}`);
  return target === undefined ? undefined : path.join(folder, target);
}

function findTarget(exports: unknown, subpath: string): string | undefined {
  const entries =
    isRecord(exports) && Object.keys(exports).every((key) => key.startsWith(".")) ? exports : { ".": exports };
  if (Object.hasOwn(entries, subpath)) return chooseTarget(entries[subpath]);
  // The longest pattern that matches counts.
  const patterns = Object.keys(entries).filter((key) => key.includes("*"));
  for (const pattern of patterns.sort((a, b) => b.indexOf("*") - a.indexOf("*"))) {
    const [before, after] = pattern.split("*") as [string, string];
    if (!subpath.startsWith(before) || !subpath.endsWith(after) || subpath.length < pattern.length) continue;
    const matched = subpath.slice(before.length, subpath.length - after.length);
    return chooseTarget(entries[pattern])?.replaceAll("*", matched);
  }
  return undefined;
}

function chooseTarget(target: unknown): string | undefined {
  if (typeof target === "string") return target;
  const choices = Array.isArray(target)
    ? target
    : isRecord(target)
      ? Object.entries(target).flatMap(([condition, value]) => (CONDITIONS.has(condition) ? [value] : []))
      : [];
  for (const choice of choices) {
    const chosen = chooseTarget(choice);
    if (chosen !== undefined) return chosen;
  }
  return undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
