/** The browser of the tests. */
import type { Browser } from "playwright-core";
import { launchChromium } from "./launch.js";

let running: Promise<Browser> | undefined;

/** One for all tests of a process. */
export function launchBrowser(): Promise<Browser> {
  running ??= launchChromium();
  return running;
}

after(async () => {
  await (await running?.catch(() => undefined))?.close();
});
