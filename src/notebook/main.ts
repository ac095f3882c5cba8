/** The program of the notebook's kernel: the TypeScript kernel, with Espalier and its TensorFlow.js at hand. */
import { fileURLToPath } from "node:url";
import { runKernel } from "../../kernel/src/index.js";

const here = (name: string) => new URL(name, import.meta.url);
const tensorflow = import.meta.resolve("@tensorflow/tfjs");

await runKernel({
  connectionFile: process.argv[2],
  provided: {
    espalier: { url: here("./espalier.js").href, types: fileURLToPath(here("./espalier.d.ts")) },
    "@tensorflow/tfjs": {
      url: tensorflow,
      types: fileURLToPath(new URL("./index.d.ts", tensorflow)),
      before: here("./backend.js").href,
    },
  },
});
