#!/usr/bin/env node
/** The executable `espalier`. */

// A reader that has seen enough, such as `head`, is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

// The native library's loader reads the command line as its own; nothing is left there for it.
const args = process.argv.splice(2);
const { run } = await import("./program.js");
await run(args);
