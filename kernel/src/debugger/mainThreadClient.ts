/** The main thread's values and hooks, called from the wire thread. */
import type { Debugger, Runtime } from "node:inspector";
import { KernelError } from "../errors.js";
import type { InspectorClient } from "../interrupt/index.js";
import { type ConvertedExpression, unboxMessage } from "../language/index.js";
import { type DebuggerHooks, HOOKS } from "./mainThread.js";

export type RemoteObject = Runtime.RemoteObject;

/** What is given to a hook: a value as JSON, or one that is in the main thread. */
export type Argument = Runtime.CallArgument;

/** Named as Node's own code, in which nothing stops. */
const UNSEEN = "\n//# sourceURL=node:internal/espalier\n";

/** What is held of the main thread's values is let go by group. */
const GROUP = "espalier-debugger";

/** Node's types do not know of private members yet. */
interface Properties extends Runtime.GetPropertiesReturnType {
  readonly privateProperties?: readonly { readonly name: string; readonly value?: RemoteObject }[];
}

interface Evaluated {
  readonly result: RemoteObject;
  readonly exceptionDetails?: Runtime.ExceptionDetails | undefined;
}

export class MainThreadClient {
  readonly #client: InspectorClient;
  #hooks: Promise<string> | undefined;

  constructor(client: InspectorClient) {
    this.#client = client;
  }

  /** Calls a hook; the result stays where it is, unless it is a primitive. @throws KernelError with what it threw. */
  async call(hook: keyof DebuggerHooks, arguments_: readonly Argument[] = [], awaitPromise = false) {
    const evaluated = await this.#client.post<Evaluated>("Runtime.callFunctionOn", {
      objectId: await this.#hooksId(),
      functionDeclaration: `function (...values) { return this.${hook}(...values); }${UNSEEN}`,
      arguments: arguments_,
      objectGroup: GROUP,
      generatePreview: true,
      silent: true,
      awaitPromise,
    });
    return resultOf(evaluated);
  }

  /**
   * Evaluates a converted expression, on a call frame or beside all.
   *
   * @throws KernelError with what it threw.
   */
  async evaluate(expression: ConvertedExpression, callFrameId?: string): Promise<RemoteObject> {
    const options = {
      expression: callText(expression) + UNSEEN,
      objectGroup: GROUP,
      generatePreview: true,
      silent: true,
    };
    const evaluated =
      callFrameId === undefined
        ? await this.#client.post<Evaluated>("Runtime.evaluate", {
            ...options,
            // While the main thread is paused no promise is kept.
            awaitPromise: expression.isAsync && this.#client.paused === undefined,
          })
        : await this.#client.post<Evaluated>("Debugger.evaluateOnCallFrame", { ...options, callFrameId });
    return resultOf(evaluated);
  }

  /** Calls a function of JavaScript with a value as `this`. @throws KernelError with what it threw. */
  async callOn(objectId: string, functionText: string, arguments_: readonly Argument[] = []): Promise<RemoteObject> {
    const evaluated = await this.#client.post<Evaluated>("Runtime.callFunctionOn", {
      objectId,
      functionDeclaration: functionText + UNSEEN,
      arguments: arguments_,
      objectGroup: GROUP,
      generatePreview: true,
      silent: true,
    });
    return resultOf(evaluated);
  }

  properties(objectId: string): Promise<Properties> {
    return this.#client.post("Runtime.getProperties", { objectId, ownProperties: true, generatePreview: true });
  }

  setVariable(parameters: Debugger.SetVariableValueParameterType): Promise<unknown> {
    return this.#client.post("Debugger.setVariableValue", parameters);
  }

  /** Holds none of the values that were given out before. */
  async release(): Promise<void> {
    await this.#client.post("Runtime.releaseObjectGroup", { objectGroup: GROUP });
  }

  /** Kept by number: code of the user may do with its global object what it likes. */
  #hooksId(): Promise<string> {
    this.#hooks ??= this.#findHooks().catch((error: unknown) => {
      this.#hooks = undefined;
      throw error;
    });
    return this.#hooks;
  }

  async #findHooks(): Promise<string> {
    const { result, exceptionDetails } = await this.#client.post<Evaluated>("Runtime.evaluate", {
      expression: HOOKS + UNSEEN,
    });
    // What was thrown is an object too.
    if (exceptionDetails !== undefined || result.objectId === undefined)
      throw new KernelError(
        "The main thread is not prepared for the debugger yet; attach again when the kernel is idle.",
      );
    return result.objectId;
  }
}

/** JavaScript that calls what was converted. */
export function callText({ js, runtime, keys }: ConvertedExpression): string {
  return `${HOOKS}.call(${js}, ${JSON.stringify(runtime)}, ${JSON.stringify(keys)})`;
}

function resultOf({ result, exceptionDetails }: Evaluated): RemoteObject {
  if (exceptionDetails === undefined) return result;
  const { exception, text } = exceptionDetails;
  const [line = text] = (exception?.description ?? String(exception?.value ?? text)).split("\n    at ");
  throw new KernelError(unboxMessage(line));
}

/** What a value is as the argument of a call. */
export function argumentOf({ objectId, unserializableValue, value }: RemoteObject): Argument {
  if (objectId !== undefined) return { objectId };
  return unserializableValue === undefined ? { value } : { unserializableValue };
}
