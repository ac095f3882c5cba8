/** The browser of the tests. */
import type { Browser } from "playwright-core";
import { launchChromium } from "./launch.js";

let running: Promise<Browser> | undefined;

/** One for all tests of a process. */
export function launchBrowser(): Promise<Browser> {
  running ??= launchChromium();
  return running;
}

/** Ends it, where it runs; tests need not. */
export async function closeBrowser(): Promise<void> {
  await (await running?.catch(() => undefined))?.close();
  running = undefined;
}

// Benches share it with the tests, and have no hooks.
if (typeof after === "function") after(closeBrowser);
