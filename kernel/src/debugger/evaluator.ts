/** The user's expressions, evaluated where the main thread stands or beside all cells. */
import { KernelError } from "../errors.js";
import type { ExpressionPlace, Language } from "../language/index.js";
import type { JsonObject } from "../wire/index.js";
import type { Frame } from "./callStack.js";
import { argumentOf, type MainThreadClient, type RemoteObject } from "./mainThreadClient.js";

export interface EvaluatorOptions {
  readonly main: MainThreadClient;
  readonly language: Pick<Language, "expression" | "convert" | "settle">;
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

export class Evaluator {
  readonly #options: EvaluatorOptions;

  constructor(options: EvaluatorOptions) {
    this.#options = options;
  }

  /**
   * Evaluates TypeScript. In a frame a name means what it means in the code there.
   *
   * @param frame default: none.
   * @throws KernelError when it is no expression, and with what it throws.
   */
  async evaluate(code: string, frame?: Frame): Promise<RemoteObject> {
    const { main, language } = this.#options;
    const place = frame && placeOf(frame);
    return main.evaluate(await language.expression(code, place), frame?.callFrame.callFrameId);
  }

  /** The MIME bundle of a value. @param canWait whether the main thread is free to make one that takes its time. */
  async richInspect(code: string, frame: Frame | undefined, canWait: boolean): Promise<JsonObject> {
    const value = await this.evaluate(code, frame);
    const { value: json } = await this.#options.main.call("rich", [argumentOf(value), { value: canWait }], canWait);
    return JSON.parse(json as string) as JsonObject;
  }

  /**
   * Gives the value of an expression to a name of the session, which is declared where there is none.
   *
   * @throws KernelError when that cannot be a name.
   */
  async copy(code: string, frame: Frame | undefined, name: string): Promise<void> {
    if (!IDENTIFIER.test(name)) throw new KernelError(`${JSON.stringify(name)} cannot be the name of a variable.`);
    const value = await this.evaluate(code, frame);
    await this.#options.main.call("set", [{ value: await this.#keyOf(name) }, argumentOf(value)]);
  }

  async #keyOf(name: string): Promise<string> {
    const { main, language } = this.#options;
    const { keys } = await language.expression(name);
    // A name that is imported cannot be given a value; it is declared anew.
    if (keys[0] === name) return name;
    const { value } = await main.call("reserveCell");
    const cell = value as number;
    const converted = await language.convert({ cell, code: `let ${name}: any;`, typeErrors: "off" });
    if (!converted.ok) throw new KernelError(`${JSON.stringify(name)} cannot be the name of a variable.`);
    await language.settle(cell);
    return name;
  }
}

function placeOf({ script: { code }, place }: Frame): ExpressionPlace | "file" {
  return code === undefined ? "file" : { code, ...place };
}
