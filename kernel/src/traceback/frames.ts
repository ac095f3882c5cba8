/** Which frames of a stack the user wants to see, and how. */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { cyan, green, grey } from "./ansi.js";
import { codeFrame } from "./codeFrame.js";
import { type MapOf, type MappedSource, originalPosition, type Position } from "./mappedSource.js";
import type { StackFrame } from "./stackFrames.js";

/** Frames shown at most: so many of the top and of the bottom. */
const TOP = 20;
const BOTTOM = 10;

/** Node's own machinery between the user's functions. */
const MACHINERY = /^node:internal\/(?:process|timers|async_hooks|modules)\b/;

export interface FrameOptions {
  readonly mapOf: MapOf;
  /** Paths below it are shown relative to it. */
  readonly notebookFolder: string;
  /** Where the kernel's own code is; its frames are not shown. */
  readonly kernelFolder: string;
}

/** A frame, and whose it is. */
interface SortedFrame {
  readonly frame: StackFrame;
  readonly kind: "cell" | "user" | "node" | "kernel" | "native";
  /** Of a cell. */
  readonly cell?: { readonly source: MappedSource; readonly position: Position };
}

/** The frames as lines, the innermost first; before them the source around the innermost that is in a cell. */
export function formatFrames(frames: readonly StackFrame[], options: FrameOptions): string[] {
  const shown = choose(frames.map((frame) => sort(frame, options)));
  const lines = shown.map((frame) => `    at ${formatFrame(frame, options)}`);
  const left = lines.length - TOP - BOTTOM;
  if (left > 1) lines.splice(TOP, left, grey(`    … ${left} more frames`));
  const cell = shown.find(({ kind }) => kind === "cell")?.cell;
  if (cell === undefined) return lines;
  const { source, position } = cell;
  const code = codeFrame(source.source, position.line, position.column);
  return code === "" ? lines : [`${green(source.label)}, line ${position.line}`, code, ...lines];
}

function sort(frame: StackFrame, { mapOf, kernelFolder }: FrameOptions): SortedFrame {
  const { script } = frame;
  if (script === undefined || script === "<anonymous>") return { frame, kind: "native" };
  if (script.startsWith("node:")) return { frame, kind: "node" };
  const source = mapOf(script);
  if (source !== undefined) {
    const position = originalPosition(source, frame);
    return position === undefined ? { frame, kind: "kernel" } : { frame, kind: "cell", cell: { source, position } };
  }
  return { frame, kind: isInside(pathOf(script), kernelFolder) ? "kernel" : "user" };
}

/** Nothing below the outermost cell or else frame of the user's, and nothing of the kernel's, unless there is nothing else. */
function choose(frames: readonly SortedFrame[]): readonly SortedFrame[] {
  const isUsers = ({ kind }: SortedFrame) => kind === "cell" || kind === "user";
  const cell = frames.findLastIndex(isWrapper);
  const last = cell < 0 ? frames.findLastIndex(isUsers) : cell;
  if (last < 0) return frames;
  return frames
    .slice(0, last + 1)
    .filter(({ kind, frame }) => kind !== "kernel" && !(kind === "node" && MACHINERY.test(frame.script!)));
}

/** Whether it is of the function that the kernel calls to run a cell. */
function isWrapper({ frame, cell }: SortedFrame): boolean {
  return cell !== undefined && nameOf(frame.functionName, cell.source.wrapper) === "" && frame.functionName !== "";
}

function formatFrame({ frame, kind, cell }: SortedFrame, { notebookFolder }: FrameOptions): string {
  const { functionName, line, column, script } = frame;
  if (cell !== undefined) {
    const { source, position } = cell;
    const place = `${green(source.label)}, line ${position.line}, column ${position.column}`;
    return within(nameOf(functionName, source.wrapper), place);
  }
  if (kind === "native" || script === undefined) return grey(frame.text);
  const file = kind === "node" ? script : relative(pathOf(script), notebookFolder);
  return within(functionName, `${green(file)}:${line}:${column}`);
}

/** The function's name, without that of the function which the kernel made around the cell. */
function nameOf(functionName: string, wrapper: string | undefined): string {
  return wrapper !== undefined && functionName.replace(/^async /, "") === wrapper ? "" : functionName;
}

function within(functionName: string, place: string): string {
  if (functionName === "async") return `async ${place}`;
  return functionName === "" ? place : `${cyan(functionName)} (${place})`;
}

function pathOf(script: string): string {
  if (!script.startsWith("file:")) return script;
  try {
    return fileURLToPath(script);
  } catch {
    return script;
  }
}

function isInside(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return path.isAbsolute(file) && relative !== "" && !relative.startsWith("..") && !path.isAbsolute(relative);
}

function relative(file: string, folder: string): string {
  return isInside(file, folder) ? path.relative(folder, file) : file;
}
