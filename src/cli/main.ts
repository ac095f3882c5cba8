#!/usr/bin/env node
/** The executable `espalier`. */
import { run } from "./program.js";

// A reader that has seen enough, such as `head`, is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

await run(process.argv.slice(2));
