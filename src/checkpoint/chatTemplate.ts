/**
 * The chat template of a checkpoint: Jinja text that turns messages into the prompt. It comes from the checkpoint, so it is
 * not trusted: it runs in an interpreter that knows nothing but Jinja, with limits on steps, time and sizes.
 */
import fs from "node:fs";
import path from "node:path";
import { Environment, Interpreter, parse, tokenize } from "@huggingface/jinja";
import { EspalierError } from "../errors.js";
import { decodeUtf8, isObject, readBytes, readOptionalJsonObject } from "./files.js";

/** A piece of a message; images and videos come in the order in which they are given to the processor. */
export type ContentPart =
  | { readonly type: "image" }
  | { readonly type: "video" }
  | { readonly type: "text"; readonly text: string };

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: readonly ContentPart[];
}

const MAX_TEMPLATE_CHARACTERS = 500_000;
const MAX_STEPS = 1_000_000;
const MAX_MILLISECONDS = 5_000;
/** Longest string or list that any expression may produce. */
const MAX_VALUE_LENGTH = 4_000_000;
const MAX_RANGE = 10_000;

class LimitError extends Error {}

interface JinjaValue {
  readonly value: unknown;
}

/** The part of the package's interpreter that is used; its own declarations do not resolve under NodeNext. */
type InterpreterClass = new (
  environment: unknown,
) => {
  evaluate(statement: unknown, environment: unknown): JinjaValue;
  run(program: unknown): JinjaValue;
};

/** An interpreter that counts its steps, watches the clock, and refuses oversized values. */
class BoundedInterpreter extends (Interpreter as InterpreterClass) {
  #steps = 0;
  readonly #deadline = performance.now() + MAX_MILLISECONDS;

  override evaluate(statement: unknown, environment: unknown): JinjaValue {
    if (++this.#steps > MAX_STEPS) throw new LimitError(`it takes more than ${MAX_STEPS} steps`);
    if (performance.now() > this.#deadline) throw new LimitError(`it takes longer than ${MAX_MILLISECONDS} ms`);
    const result = super.evaluate(statement, environment);
    const { value } = result;
    if ((typeof value === "string" || Array.isArray(value)) && value.length > MAX_VALUE_LENGTH) {
      throw new LimitError(`it makes a value longer than ${MAX_VALUE_LENGTH}`);
    }
    return result;
  }
}

/** Python's range with a bounded number of elements. */
function boundedRange(first: number, second?: number, step = 1): number[] {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (!(length <= MAX_RANGE))
    throw new LimitError(`range() is asked for ${length} values, at most ${MAX_RANGE} are allowed`);
  return Array.from({ length }, (_, i) => start + i * step);
}

/** A parsed chat template. Made by `readChatTemplate`. */
export class ChatTemplate {
  readonly #program: unknown;
  readonly #where: string;

  /** @param source Jinja text. @param where for errors. @throws EspalierError when it is too long or not Jinja. */
  constructor(source: string, where: string) {
    this.#where = where;
    if (source.length > MAX_TEMPLATE_CHARACTERS) {
      throw new EspalierError(
        `${where} has ${source.length} characters; at most ${MAX_TEMPLATE_CHARACTERS} are accepted.`,
      );
    }
    try {
      this.#program = parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
    } catch (cause) {
      throw new EspalierError(`${where} is not a valid Jinja template: ${messageOf(cause)}.`, { cause });
    }
  }

  /**
   * The prompt for messages.
   *
   * @param options.addGenerationPrompt whether the opening of the assistant's turn is added.
   * @param options.variables further variables of the template, such as `bos_token`.
   * @throws EspalierError when the template raises an exception or exceeds its limits.
   */
  render(
    messages: readonly ChatMessage[],
    options: { addGenerationPrompt: boolean; variables?: Readonly<Record<string, string>> },
  ): string {
    const environment = new Environment();
    const globals: Record<string, unknown> = {
      true: true,
      True: true,
      false: false,
      False: false,
      none: null,
      None: null,
      range: boundedRange,
      raise_exception: (message: unknown) => {
        throw new Error(String(message));
      },
      ...options.variables,
      messages,
      add_generation_prompt: options.addGenerationPrompt,
    };
    try {
      for (const [name, value] of Object.entries(globals)) environment.set(name, value);
      const result = new BoundedInterpreter(environment).run(this.#program).value;
      return typeof result === "string" ? result : String(result);
    } catch (cause) {
      const what = cause instanceof LimitError ? "was stopped" : "failed";
      throw new EspalierError(`${this.#where} ${what}: ${messageOf(cause)}.`, { cause });
    }
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/**
 * Reads the chat template of a checkpoint directory, looked for as transformers does: chat_template.jinja, then
 * chat_template.json, then `chat_template` of tokenizer_config.json (one text, or a list of which "default" counts).
 *
 * @returns the template, or undefined when the checkpoint has none.
 * @throws EspalierError when there is one that cannot be used.
 */
export function readChatTemplate(directory: string): ChatTemplate | undefined {
  const jinja = path.join(directory, "chat_template.jinja");
  if (fs.existsSync(jinja)) {
    return new ChatTemplate(decodeUtf8(readBytes(jinja, 4 * MAX_TEMPLATE_CHARACTERS), jinja), jinja);
  }
  for (const name of ["chat_template.json", "tokenizer_config.json"]) {
    const file = path.join(directory, name);
    const value = readOptionalJsonObject(file)?.["chat_template"];
    if (value === undefined || value === null) continue;
    const where = `chat_template of ${file}`;
    return new ChatTemplate(templateText(value, where), where);
  }
  return undefined;
}

function templateText(value: unknown, where: string): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) {
    const chosen =
      value.find((item) => isObject(item) && item["name"] === "default") ?? (value.length === 1 ? value[0] : undefined);
    if (isObject(chosen) && typeof chosen["template"] === "string") return chosen["template"];
  }
  throw new EspalierError(`${where} should be a text, or a list with a template named "default"; it is neither.`);
}
