/** The option that says how a model's weights are held. */
import { Option } from "commander";
import { WEIGHT_CHOICES } from "../models/index.js";

/** `--weights`, as `loadModel` takes it. */
export function weightsOption(): Option {
  return new Option(
    "--weights <how>",
    "float32 is faster, stored keeps 16-bit weights as they are and gives the same numbers; auto chooses by free memory",
  )
    .choices(WEIGHT_CHOICES)
    .default("auto");
}
