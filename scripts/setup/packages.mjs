/** The npm packages of this checkout: are they what the lock file says, and installing them when not. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { explain, SetupFailure } from "./failure.mjs";
import { run } from "./processes.mjs";

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages ?? null;
  } catch {
    return null;
  }
}

/**
 * Why node_modules differs from package-lock.json; empty when it does not. npm writes its own copy of the lock file last,
 * so that an interrupted installation has none.
 */
export function packagesDifference(root) {
  const wanted = readPackages(join(root, "package-lock.json"));
  if (wanted === null)
    throw new SetupFailure(`${join(root, "package-lock.json")} cannot be read; restore it from git.`);
  const present = readPackages(join(root, "node_modules", ".package-lock.json"));
  if (present === null) return "they are not installed";
  for (const [place, entry] of Object.entries(wanted)) {
    if (!place.includes("node_modules/")) continue;
    const there = present[place];
    if (there === undefined) {
      if (entry.optional) continue;
      return `${place} is missing`;
    }
    if (there.version !== entry.version || there.integrity !== entry.integrity) return `${place} has another version`;
    if (!entry.link && !existsSync(join(root, place, "package.json"))) return `${place} is incomplete`;
  }
  return "";
}

/** npm as the running npm started us, or the one on the path. */
function npm(args, root) {
  const own = process.env.npm_execpath;
  if (own?.endsWith(".js")) return run(process.execPath, [own, ...args], { cwd: root });
  const windows = process.platform === "win32";
  return run(windows ? "npm.cmd" : "npm", args, { cwd: root, shell: windows });
}

/** Installs the packages when they differ from the lock file. */
export async function providePackages(root) {
  const difference = packagesDifference(root);
  if (difference === "") return;
  console.log(`npm packages: installing, because ${difference} …`);
  const start = Date.now();
  const { code, output, errors } = await npm(["ci"], root);
  if (code !== 0) {
    // Without npm's notices and the list of its options.
    const text = (errors + output)
      .replace(/\nnpm error\nnpm error Clean install a project[\s\S]*$/, "")
      .replace(/^npm (warn|notice).*\n/gm, "");
    const known = explain(new Error(text));
    const reason = known === text.split("\n", 1)[0].replace(/\.$/, "") ? `npm says:\n${text.trim()}` : `${known}.`;
    throw new SetupFailure(
      `The npm packages could not be installed: ${reason}\nRun the command again once that is mended.`,
    );
  }
  const left = packagesDifference(root);
  if (left !== "")
    throw new SetupFailure(`npm ci ended well and yet ${left}; remove node_modules and run the command again.`);
  console.log(`npm packages: installed in ${Math.ceil((Date.now() - start) / 1000)} s`);
}
