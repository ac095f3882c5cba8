/** The Python file that applies a schedule to the Hugging Face model, as it stands beside this one. */
import { readFileSync } from "node:fs";

/** Where it is in the package; the compiler leaves it in `src/`. */
const FILE = new URL("../../../../src/export/transformers/espalier_prune.py", import.meta.url);

/**
 * The name of the Python file that applies a schedule, by which Python imports it.
 *
 * @example
 * PRUNE_FILE; // → "espalier_prune.py"
 */
export const PRUNE_FILE = "espalier_prune.py";

/**
 * The text of the Python file that applies a schedule to the Hugging Face model; it needs torch and transformers 4.57, and nothing of
 * this project. It selects as FastV does.
 *
 * @example
 * import { writeFileSync } from "node:fs";
 *
 * writeScheduleFile("half/schedule.json", scheduleOfPoint(results, results.frontier[0]));
 * writeFileSync(`half/${PRUNE_FILE}`, pruneFile());
 */
export function pruneFile(): string {
  return readFileSync(FILE, "utf8");
}

/**
 * What stands beside the Python file, for whoever unpacks the folder. Markdown.
 *
 * @param model its name; null where none is known.
 * @param schedules names of the schedule files there, at least one; a second one is that of a single cut.
 *
 * @example
 * const markdown = pruneReadme("Qwen2.5-VL-3B-Instruct", ["schedule.json"]);
 */
export function pruneReadme(model: string | null, schedules: readonly string[]): string {
  const of = model === null ? "a Hugging Face vision-language model" : `the model ${model}`;
  return `# A schedule for ${of}

1. Put ${PRUNE_FILE} where Python finds it; it needs torch and transformers 4.57 and knows Qwen2.5-VL, LLaVA-1.5 and Gemma 3.
2. \`from ${PRUNE_FILE.replace(".py", "")} import PrunedModel; pruned = PrunedModel(model, "${schedules[0]}")\`, with the model as \`from_pretrained\` gives it.
3. \`tokens = pruned.generate(**processor(text=[prompt], images=[picture], return_tensors="pt"), max_new_tokens=64)\`: one prompt at a time.
${schedules.length > 1 ? `\n${schedules[1]} prunes once, for runtimes that cannot do more; what that costs is in its "about".\n` : ""}`;
}
