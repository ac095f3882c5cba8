/** Imports and requires for cells: from the notebook's folder, with what the kernel provides, local TypeScript included. */
import { readFileSync } from "node:fs";
import { createRequire, register } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import vm from "node:vm";
import type { MessagePort } from "node:worker_threads";
import { KernelError } from "../errors.js";
import { findLocalFile, isFileSpecifier, isTypeScript, type Language } from "../language/index.js";
import { interoperable } from "./interop.js";
import type { LoaderData } from "./loaderHooks.js";
import type { ProvidedModules } from "./provided.js";

export interface ModuleLoaderOptions {
  /** Folder of the notebook, absolute. */
  readonly folder: string;
  readonly provided: ProvidedModules;
  readonly language: Pick<Language, "localVersion">;
  /** To the TypeScript thread, for Node's loader thread. */
  readonly loaderPort: () => MessagePort;
}

type ImportOptions = { readonly with?: Readonly<Record<string, string>> };
type NodeImport = (specifier: string, options?: ImportOptions) => Promise<object>;

export class ModuleLoader {
  readonly #options: ModuleLoaderOptions;
  readonly #importFromFolder: NodeImport;
  readonly #require: NodeJS.Require;
  #hasHooks = false;

  constructor(options: ModuleLoaderOptions) {
    this.#options = options;
    const filename = path.join(options.folder, "__notebook__.js");
    this.#require = createRequire(filename);
    this.#importFromFolder = vm.compileFunction("return import(specifier, options)", ["specifier", "options"], {
      filename,
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    }) as NodeImport;
  }

  /**
   * What `import` in a cell gives. Local TypeScript that changed since the last import, or whose local imports did, is read
   * again; every other module is one instance.
   *
   * @throws Error as Node's import; KernelError for a file that is not there.
   */
  readonly import = async (specifier: unknown, options?: ImportOptions): Promise<object> => {
    const name = String(specifier);
    const provided = Object.hasOwn(this.#options.provided, name) ? this.#options.provided[name] : undefined;
    if (provided !== undefined) {
      if (provided.before !== undefined) await import(provided.before);
      return interoperable(await import(provided.url));
    }
    if (isFileSpecifier(name)) return this.#importFile(name, options);
    return interoperable(await this.#importFromFolder(name, options));
  };

  /** `require` of cells: as Node's in the notebook's folder. */
  get require(): NodeJS.Require {
    const { provided } = this.#options;
    const require = (name: string): unknown => {
      const url = Object.hasOwn(provided, name) ? provided[name]!.url : undefined;
      return this.#require(url === undefined ? name : fileURLToPath(url));
    };
    return Object.assign(require, this.#require) as NodeJS.Require;
  }

  /** `import.meta` of cells. */
  get meta(): object {
    const { folder } = this.#options;
    const filename = path.join(folder, "__notebook__.js");
    const resolve = (specifier: string): string =>
      isFileSpecifier(specifier)
        ? new URL(specifier, pathToFileURL(filename)).href
        : pathToFileURL(this.#require.resolve(specifier)).href;
    return { url: pathToFileURL(filename).href, filename, dirname: folder, resolve };
  }

  async #importFile(name: string, options: ImportOptions | undefined): Promise<object> {
    const wanted = name.startsWith("file:") ? fileURLToPath(name) : path.resolve(this.#options.folder, name);
    const file = findLocalFile(wanted);
    if (file === undefined)
      throw new KernelError(`There is no module ${name} in ${path.dirname(wanted)}; look at the path in its import.`);
    if (file.endsWith(".json") && options?.with?.["type"] === undefined) return importJson(file);
    const url = pathToFileURL(file);
    if (!isTypeScript(file)) return interoperable(await this.#importFromFolder(url.href, options));
    this.#addHooks();
    url.searchParams.set("version", await this.#options.language.localVersion(file));
    return this.#importFromFolder(url.href, options);
  }

  /** Node's loader runs hooks in a thread; it is started when the first TypeScript file is imported. */
  #addHooks(): void {
    if (this.#hasHooks) return;
    this.#hasHooks = true;
    const { provided, loaderPort } = this.#options;
    const port = loaderPort();
    const urls = Object.fromEntries(Object.entries(provided).map(([name, { url }]) => [name, url]));
    const data: LoaderData = { port, provided: urls };
    register(new URL("./loaderHooks.js", import.meta.url), { data, transferList: [port] });
  }
}

function importJson(file: string): object {
  const value: unknown = JSON.parse(readFileSync(file, "utf8"));
  const members = typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
  return { ...members, default: value };
}
