/** A program that says which of the compiler's files the kernel's main thread has loaded. */
import { createRequire } from "node:module";

const { LanguageWorker } = await import("../../../kernel/src/language/index.js");
await import("../../../kernel/src/modules/index.js");
const worker = new LanguageWorker({ folder: process.argv[2]! }, () => {});
const { ok: converted } = await worker.language.convert({ cell: 1, code: "1" });

function compilerFiles(): readonly string[] {
  return Object.keys(createRequire(import.meta.url).cache).filter((file) => file.includes("/typescript/"));
}

const main = compilerFiles();
await import("../../../kernel/src/language/typeScriptLanguage.js");
console.log(JSON.stringify({ main, converted, control: compilerFiles().length > 0 }));
