/** `espalier parity`: whether a checkpoint gives the numbers that transformers gives. */
import { Command, InvalidArgumentError } from "commander";
import { writeAtomically } from "../export/index.js";
import { compareWithReference, loadModel, type ParityReport, type WeightChoice } from "../models/index.js";
import { checkOutputs } from "./output.js";
import { weightsOption } from "./weights.js";

/** The report as aligned lines for people. */
export function describeParity(report: ParityReport): string {
  const number = (value: number) => value.toExponential(2);
  const head = ["", "max |x|", "max |Δ|", "error", "tolerance", ""];
  const rows = report.rows.map(({ name, magnitude, difference, error, tolerance, passed }) => [
    name,
    number(magnitude),
    number(difference),
    number(error),
    String(tolerance),
    passed ? "ok" : "BEYOND",
  ]);
  const table = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const lines = table.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join("  "),
  );
  const beyond = report.rows.filter(({ passed }) => !passed).length;
  const verdict = report.passed ? "Within tolerance." : `${beyond} of ${report.rows.length} beyond tolerance.`;
  const counts = `${report.architecture}: ${report.samples} samples, ${report.tokens} tokens, ${report.pictures} pictures`;
  return [counts, ...lines, verdict].map((line) => line.trimEnd()).join("\n");
}

function tolerance(text: string): number {
  const value = Number(text);
  if (!(value >= 0) || text.trim() === "") throw new InvalidArgumentError("A number ≥ 0 is wanted, such as 1e-4.");
  return value;
}

interface ParityOptions {
  readonly model: string;
  readonly reference: string;
  readonly json?: string;
  readonly weights: WeightChoice;
  readonly tolerance: number;
  readonly logitsTolerance: number;
}

/** The command; sets exit code 1 beyond tolerance, throws EspalierError for what cannot be read. */
export function parityCommand(): Command {
  return new Command("parity")
    .description("compare a checkpoint's numbers, layer by layer, with those that transformers computed from it")
    .requiredOption("--model <dir>", "checkpoint directory; only config.json and the weights are read")
    .requiredOption("--reference <file>", "safetensors file written by scripts/dump_reference.py")
    .addOption(weightsOption())
    .option("--json <file>", "also write the comparison as JSON")
    .option("--tolerance <number>", "largest max|Δ| / max|x| of embeddings and layers", tolerance, 1e-4)
    .option("--logits-tolerance <number>", "largest max|Δ| of logits", tolerance, 1e-3)
    .action(async (options: ParityOptions) => {
      checkOutputs(options);
      const { model, unused } = await loadModel(options.model, {
        weights: options.weights,
        warn: (sentence) => console.error(sentence),
      });
      try {
        const report = compareWithReference(model, options.reference, {
          layers: options.tolerance,
          logits: options.logitsTolerance,
        });
        console.log(describeParity(report));
        if (options.json !== undefined) {
          const { model: directory, reference } = options;
          const text = JSON.stringify({ model: directory, reference, ...report, unused }, null, 2);
          await writeAtomically(options.json, `${text}\n`);
        }
        if (!report.passed) process.exitCode = 1;
      } finally {
        model.dispose();
      }
    });
}
