/** The program of the TypeScript thread. The main thread starts it by `LanguageWorker`. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { watchHeap } from "./heapWatch.js";
import { HEAP_FULL, type LanguageThreadData, serveLanguage } from "./languageProtocol.js";
import { TypeScriptLanguage } from "./typeScriptLanguage.js";

watchHeap(() => process.exit(HEAP_FULL));
const { options, cells } = workerData as LanguageThreadData;
const language = new TypeScriptLanguage(options, { cells, remember: (update) => parentPort!.postMessage(update) });
// Each message is a port of somebody who will ask.
parentPort!.on("message", (port: MessagePort) => serveLanguage(language, port));
language.warmUp();
