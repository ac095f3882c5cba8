/** A thread that has the language service die, and asks it meanwhile. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { LanguageClient } from "../../../kernel/src/language/index.js";

const { link, bomb } = workerData as { readonly link: MessagePort; readonly bomb: string };
const language = new LanguageClient(link, { patienceMs: 100 });
await language.isComplete("1");
const done = new Int32Array(new SharedArrayBuffer(4));
parentPort!.postMessage(done);
const answer = await language.convert({ cell: 1, code: bomb }).catch((error: Error) => error.message);
Atomics.store(done, 0, 1);
Atomics.notify(done, 0);
parentPort!.postMessage(answer);
