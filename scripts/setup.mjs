/**
 * `npm run setup [-- --gpu | --cpu]`: packages, native tensor library, compiled sources. What is done already is skipped.
 */
import "./setup/node_version.mjs";

const { runProgram, setUp, takeSetupArguments } = await import("./setup/main.mjs");

await runProgram(async () => {
  const { variant, rest } = takeSetupArguments(process.argv.slice(2));
  if (rest.length > 0) {
    console.error(`Unknown argument ${rest[0]}; set-up knows --gpu (CUDA library) and --cpu (processor library).`);
    return 1;
  }
  const start = Date.now();
  await setUp({ variant, retry: true });
  console.log(`set-up: done in ${((Date.now() - start) / 1000).toFixed(1)} s`);
  return 0;
});
