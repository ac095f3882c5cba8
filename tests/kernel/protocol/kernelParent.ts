/** A process that starts a kernel, writes down its process id, and runs one cell whose code it finds in its folder. */
import fs from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { KernelProcess } from "../kernelProcess.js";

const folder = process.argv[2]!;
const kernel = await KernelProcess.start();
fs.writeFileSync(path.join(folder, "pid"), String(kernel.child.pid));
console.log("started");
const file = path.join(folder, "code");
while (!fs.existsSync(file)) await delay(20);
await kernel.execute(fs.readFileSync(file, "utf8"));
await delay(60_000);
