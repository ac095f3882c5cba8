/** Imports and requires for cells: from the notebook's folder, with what the kernel provides, local TypeScript included. */
import { readFileSync, statSync } from "node:fs";
import { createRequire, isBuiltin, register } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import vm from "node:vm";
import type { MessagePort } from "node:worker_threads";
import { KernelError } from "../errors.js";
import { isTypeScript, type Language } from "../language/index.js";
import { importFailure } from "./importFailure.js";
import { interoperable } from "./interop.js";
import { jsonNamespace, parseJson } from "./json.js";
import type { LoaderData } from "./loaderHooks.js";
import { resolveExport } from "./packageExports.js";
import type { ProvidedModules } from "./provided.js";

export interface ModuleLoaderOptions {
  /** Folder of the notebook, absolute. */
  readonly folder: string;
  readonly provided: ProvidedModules;
  readonly language: Pick<Language, "resolveLocal">;
  /** To the TypeScript thread, for Node's loader thread; called at most once. */
  readonly loaderPort: () => MessagePort;
}

type ImportOptions = { readonly with?: Readonly<Record<string, string>> };
type NodeImport = (specifier: string, options?: ImportOptions) => Promise<object>;

export class ModuleLoader {
  readonly #options: ModuleLoaderOptions;
  /** Stands for the notebook, as the importer. */
  readonly #filename: string;
  readonly #importFromFolder: NodeImport;
  readonly #json = new Map<string, { readonly stamp: string; readonly module: object }>();
  /** `require` of cells: as Node's in the notebook's folder. */
  readonly require: NodeJS.Require;
  /** `import.meta` of cells. */
  readonly meta: object;
  #hasHooks = false;

  constructor(options: ModuleLoaderOptions) {
    this.#options = options;
    this.#filename = path.join(options.folder, "__notebook__.js");
    this.#importFromFolder = vm.compileFunction("return import(specifier, options)", ["specifier", "options"], {
      filename: this.#filename,
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    }) as NodeImport;
    this.require = this.#makeRequire(createRequire(this.#filename));
    this.meta = {
      url: pathToFileURL(this.#filename).href,
      filename: this.#filename,
      dirname: options.folder,
      resolve: (specifier: string): string => this.#resolve(String(specifier)),
    };
  }

  /**
   * What `import` in a cell gives. Local TypeScript and JSON that changed since the last import, or whose local imports did, is
   * read again; every other module is one instance.
   *
   * @throws KernelError for a module that is not there or whose text is wrong; otherwise what the module throws.
   */
  readonly import = async (specifier: unknown, options?: ImportOptions): Promise<object> => {
    const name = String(specifier);
    try {
      return await this.#import(name, options);
    } catch (error) {
      throw importFailure(error, name, this.#filename);
    }
  };

  async #import(name: string, options: ImportOptions | undefined): Promise<object> {
    const { provided, language } = this.#options;
    if (isBuiltin(name)) return this.#importFromFolder(name);
    if (Object.hasOwn(provided, name)) {
      const { before, url } = provided[name]!;
      if (before !== undefined) await import(before);
      return interoperable(await import(url));
    }
    const found = await language.resolveLocal(name, this.#filename);
    if (found === undefined) return interoperable(await this.#importFromFolder(name, options));
    if (found.file.endsWith(".json")) return this.#importJson(found.file);
    const url = pathToFileURL(found.file);
    if (!isTypeScript(found.file)) return interoperable(await this.#importFromFolder(url.href, options));
    this.#addHooks();
    url.searchParams.set("version", found.version);
    return this.#importFromFolder(url.href, options);
  }

  #importJson(file: string): object {
    const { mtimeMs, size } = statSync(file);
    const stamp = `${mtimeMs} ${size}`;
    const known = this.#json.get(file);
    if (known?.stamp === stamp) return known.module;
    const module = jsonNamespace(parseJson(file, readFileSync(file, "utf8")));
    this.#json.set(file, { stamp, module });
    return module;
  }

  #makeRequire(plain: NodeJS.Require): NodeJS.Require {
    const { provided } = this.#options;
    const place = (name: string): string => (Object.hasOwn(provided, name) ? fileURLToPath(provided[name]!.url) : name);
    const require = (name: string): unknown => {
      const file = /^[./]/.test(name) ? path.resolve(this.#options.folder, name) : "";
      if (isTypeScript(file))
        throw new KernelError(
          `require cannot run TypeScript: write \`import\` or \`await import("${name}")\` instead.`,
        );
      return plain(place(name));
    };
    const resolve = (name: string, options?: { paths?: string[] }): string => plain.resolve(place(name), options);
    return Object.assign(require, plain, { resolve: Object.assign(resolve, { paths: plain.resolve.paths }) });
  }

  #resolve(specifier: string): string {
    const { provided } = this.#options;
    if (Object.hasOwn(provided, specifier)) return provided[specifier]!.url;
    if (isBuiltin(specifier)) return specifier.startsWith("node:") ? specifier : `node:${specifier}`;
    if (/^(?:\.{0,2}\/|\.{1,2}$)/.test(specifier)) return new URL(specifier, pathToFileURL(this.#filename)).href;
    if (URL.canParse(specifier)) return new URL(specifier).href;
    const folders = this.require.resolve.paths(specifier) ?? [];
    return pathToFileURL(resolveExport(specifier, folders) ?? this.require.resolve(specifier)).href;
  }

  /** Node's loader runs hooks in a thread; it is started when the first TypeScript file is imported. */
  #addHooks(): void {
    if (this.#hasHooks) return;
    this.#hasHooks = true;
    const { provided, loaderPort } = this.#options;
    const port = loaderPort();
    const data: LoaderData = { port, provided };
    register(new URL("./loaderHooks.js", import.meta.url), { data, transferList: [port] });
  }
}
