/** The program of the TypeScript thread. The main thread starts it by `LanguageWorker`. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { serveLanguage } from "./languageProtocol.js";
import { type LanguageOptions, TypeScriptLanguage } from "./typeScriptLanguage.js";

const language = new TypeScriptLanguage(workerData as LanguageOptions);
// Each message is a port of somebody who will ask.
parentPort!.on("message", (port: MessagePort) => serveLanguage(language, port));
language.warmUp();
