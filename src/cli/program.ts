/** The program `espalier`: its commands, and how errors become sentences and exit codes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { EspalierError } from "../errors.js";
import { bundleCommand } from "./bundle.js";
import { calibrateCommand } from "./calibrate.js";
import { compareCommand } from "./compare.js";
import { doctorCommand } from "./doctor.js";
import { evaluateCommand } from "./evaluate.js";
import { exportCommand } from "./export.js";
import { frontierCommand } from "./frontier.js";
import { importCommand } from "./import.js";
import { installCommand } from "./install.js";
import { ROOT } from "./output.js";
import { parityCommand } from "./parity.js";
import { preprocessCommand } from "./preprocess.js";
import { quickstartCommand } from "./quickstart.js";
import { searchCommand } from "./search.js";
import { uninstallCommand } from "./uninstall.js";
import { verifyCommand } from "./verify.js";
import { workerCommand } from "./worker.js";

/** What commander says of an option or command that does not exist, with what there is behind it. */
function allowed(error: CommanderError, command: Command): string {
  const sentence = error.message.replace(/^error: /, "").replace(/^./, (letter) => letter.toUpperCase());
  const ended = /[.)?]$/.test(sentence) ? sentence : `${sentence}.`;
  if (error.code === "commander.unknownOption") {
    const flags = command.options.map((option) => option.long ?? option.short);
    return `${ended} espalier ${command.name()} takes ${[...flags, "--help"].join(", ")}.`.replaceAll("\n", " ");
  }
  if (error.code === "commander.unknownCommand") {
    return `${ended} The commands are ${command.commands.map((one) => one.name()).join(", ")}.`.replaceAll("\n", " ");
  }
  return ended.replaceAll("\n", " ");
}

/** @param args what was typed behind `espalier`. */
export function createProgram(args: readonly string[]): Command {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
  const program = new Command("espalier")
    .description(
      "Finds how many visual tokens a vision-language model should keep at each layer for any compute budget.",
    )
    .version(version);
  const commands = [
    quickstartCommand(args),
    searchCommand(args),
    frontierCommand(),
    compareCommand(args),
    importCommand(),
    bundleCommand(),
    verifyCommand(args),
    workerCommand(),
    evaluateCommand(args),
    exportCommand(args),
    calibrateCommand(args),
    doctorCommand(),
    installCommand(),
    uninstallCommand(),
    parityCommand(),
    preprocessCommand(),
  ];
  for (const command of commands) program.addCommand(command);
  for (const command of [program, ...commands]) {
    // Errors are printed by `run`, as sentences.
    command.exitOverride((error) => {
      throw Object.assign(error, { command });
    });
    command.configureOutput({ writeErr: () => undefined });
    command.showSuggestionAfterError(true);
  }
  return program;
}

/**
 * Runs the program.
 *
 * @param args what was typed behind `espalier`.
 * @returns never throws; the exit code is set on `process`.
 */
export async function run(args: readonly string[]): Promise<void> {
  const program = createProgram(args);
  try {
    if (args.length === 0) {
      program.outputHelp();
      return;
    }
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode !== 0) {
        process.stderr.write(`${allowed(error, (error as CommanderError & { command: Command }).command)}\n`);
      }
      process.exitCode = error.exitCode;
    } else if (error instanceof EspalierError) {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = error.exitCode;
    } else {
      process.stderr.write(
        `Espalier has a defect: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
      process.exitCode = 70;
    }
  }
}
