/** Keeps the standard descriptors open: the next file would get a closed one's number, and the end of that ends the process. */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const LAST_STANDARD = 2;

/** Closing 0, 1 or 2 succeeds from now on and does nothing. Source: libuv refuses to close what has such a number. */
export function guardStandardDescriptors(): void {
  const { close, closeSync } = fs;
  fs.closeSync = (descriptor) => {
    if (!isStandard(descriptor)) closeSync(descriptor);
  };
  fs.close = Object.assign(
    (descriptor: number, callback?: fs.NoParamCallback): void => {
      if (!isStandard(descriptor)) close(descriptor, callback);
      else if (callback !== undefined) process.nextTick(callback, null);
    },
    { __promisify__: close.__promisify__ },
  );
  syncBuiltinESMExports();
}

function isStandard(descriptor: unknown): boolean {
  return typeof descriptor === "number" && descriptor >= 0 && descriptor <= LAST_STANDARD;
}
