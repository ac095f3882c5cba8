/** The kernel's entry in Jupyter: a folder `kernels/espalier` with `kernel.json`, which says how to start it, and logos. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { z } from "zod";
import { EspalierError } from "../errors.js";
import { ROOT } from "./output.js";

/** The name that notebooks know the kernel by, and of its folder. */
export const KERNEL_NAME = "espalier";
/** Files of an entry; `kernel.json`, by which Jupyter knows it, last. */
export const KERNEL_FILES = ["logo-svg.svg", "logo-64x64.png", "logo-32x32.png", "kernel.json"] as const;
/** The checkout's own entry, which moves with it. */
const OWN = join(ROOT, "share", "jupyter", "kernels", KERNEL_NAME);

const MAIN = join("dist", "src", "notebook", "main.js");

const specification = z.looseObject({
  argv: z.array(z.string()).min(1),
  display_name: z.string().catch("without a name"),
  metadata: z.looseObject({ espalier: z.looseObject({ root: z.string() }).optional() }).catch({}),
});
type Specification = z.infer<typeof specification>;

/** An entry as it stands in a folder. */
export interface Kernelspec {
  readonly folder: string;
  /** What Jupyter shows. */
  readonly displayName: string;
  /** The program that starts it. */
  readonly program: string;
  /** The checkout that `espalier install` was run from; null for an entry that it has not written. */
  readonly installedFrom: string | null;
  /** The checkout whose kernel it starts; null for another program's. */
  readonly starts: string | null;
}

/** Where an entry goes, or is looked for. At most one of the three. */
export interface KernelPlace {
  readonly user?: boolean;
  readonly prefix?: string;
  readonly sysPrefix?: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Jupyter's data folder of this user: `JUPYTER_DATA_DIR`, else the platform's. */
export function userDataFolder(env: Environment = process.env, platform = process.platform, home = homedir()): string {
  if (env.JUPYTER_DATA_DIR) return env.JUPYTER_DATA_DIR;
  if (platform === "darwin") return join(home, "Library", "Jupyter");
  if (platform === "win32") return join(env.APPDATA ?? join(home, "AppData", "Roaming"), "jupyter");
  return join(env.XDG_DATA_HOME || join(home, ".local", "share"), "jupyter");
}

/**
 * Jupyter's data folder in a place; the user's unless told.
 *
 * @throws EspalierError for `sysPrefix` outside a virtual or conda environment.
 */
export function dataFolder({ prefix, sysPrefix }: KernelPlace = {}, env: Environment = process.env): string {
  const environment = env.VIRTUAL_ENV || env.CONDA_PREFIX;
  if (sysPrefix === true && !environment) {
    throw new EspalierError(
      "--sys-prefix means the active virtual or conda environment, and none is active; activate one, or name its folder with --prefix.",
    );
  }
  const base = sysPrefix === true ? environment : prefix;
  return base === undefined ? userDataFolder(env) : join(resolve(base), "share", "jupyter");
}

/** The folder of the entry in a place. @throws EspalierError as `dataFolder`. */
export function kernelFolder(place: KernelPlace = {}, env: Environment = process.env): string {
  return join(dataFolder(place, env), "kernels", KERNEL_NAME);
}

function parse(folder: string): Specification | undefined {
  try {
    return specification.parse(JSON.parse(readFileSync(join(folder, "kernel.json"), "utf8")));
  } catch {
    return undefined;
  }
}

/** What stands in a folder; undefined where no `kernel.json` can be read. */
export function readKernelspec(folder: string): Kernelspec | undefined {
  const found = parse(folder);
  if (found === undefined) return undefined;
  const paths = found.argv.map((argument) => resolve(argument.replace("{resource_dir}", folder)));
  const main = paths.find((path) => path.endsWith(MAIN));
  return {
    folder,
    displayName: found.display_name,
    program: found.argv[0]!,
    installedFrom: found.metadata.espalier?.root ?? null,
    starts: main === undefined ? null : main.slice(0, -MAIN.length),
  };
}

/** The entry's files for a place outside the checkout: with the Node that runs this, and absolute paths. */
export function kernelspecFiles(): Map<string, string | Uint8Array> {
  const own = specification.parse(JSON.parse(readFileSync(join(OWN, "kernel.json"), "utf8")));
  const argv = own.argv.map((argument) =>
    argument.includes("{resource_dir}") ? resolve(argument.replace("{resource_dir}", OWN)) : argument,
  );
  argv[0] = process.execPath;
  const installed = { ...own, argv, metadata: { ...own.metadata, espalier: { root: ROOT } } };
  const text = `${JSON.stringify(installed, null, 2)}\n`;
  return new Map(KERNEL_FILES.map((name) => [name, name === "kernel.json" ? text : readFileSync(join(OWN, name))]));
}

/** The entry that a Jupyter on this machine finds first; undefined when there is none. */
export function findKernelspec(env: Environment = process.env): Kernelspec | undefined {
  const environments = [env.VIRTUAL_ENV, env.CONDA_PREFIX].flatMap((base) =>
    base ? [join(base, "share/jupyter")] : [],
  );
  const path = (env.JUPYTER_PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const system = process.platform === "win32" ? [] : ["/usr/local/share/jupyter", "/usr/share/jupyter"];
  for (const data of [...path, userDataFolder(env), ...environments, ...system]) {
    const found = readKernelspec(join(data, "kernels", KERNEL_NAME));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A sentence about an entry: does it start this checkout's kernel, and if not, what to do. */
export function describeKernelspec(spec: Kernelspec | undefined): string {
  const remedy = "npx espalier install";
  if (spec === undefined) return `no kernel in Jupyter. To get it: ${remedy}`;
  const where = `kernel in ${spec.folder}`;
  if (spec.starts === null) return `${where} is another program's, ${spec.displayName} (${spec.program})`;
  if (resolve(spec.starts) !== resolve(ROOT)) return `${where} is that of ${spec.starts}. To have this one: ${remedy}`;
  if (spec.program !== "node" && !existsSync(spec.program))
    return `${where} wants ${spec.program}, which is gone. To mend it: ${remedy}`;
  return `${where}, of this checkout`;
}
