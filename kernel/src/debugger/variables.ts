/** Variables that a client may open, each with a number for as long as the main thread stands where it does. */
import type { Runtime } from "node:inspector";
import { KernelError } from "../errors.js";
import type { JsonObject } from "../wire/index.js";
import { type Argument, argumentOf, type MainThreadClient, type RemoteObject } from "./mainThreadClient.js";
import { typeName, valueText } from "./values.js";

export interface Variable {
  readonly name: string;
  /** Undefined for a getter, which is not run. */
  readonly value: RemoteObject | undefined;
  /** An expression for it, if there is one. */
  readonly evaluateName?: string;
  /** Gives it another value; absent: it has none to give. */
  readonly set?: (value: Argument) => Promise<unknown>;
}

/** What a number stands for. `list` gives some of the variables, by their order. */
interface Container {
  readonly list: (start: number, count: number | undefined) => Promise<readonly Variable[]>;
}

/** Elements of an array that are shown at once; longer ones are shown in parts. */
const PART = 1000;

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
const SET = 'function (name, value) { "use strict"; this[name] = value; }';

export class Variables {
  readonly #main: MainThreadClient;
  readonly #containers = new Map<number, Container>();
  #last = 0;

  constructor(main: MainThreadClient) {
    this.#main = main;
  }

  /** A number for variables that are looked up when they are asked for. Numbers are never used again. */
  add(list: () => Promise<readonly Variable[]>): number {
    return this.#add({ list: async (start, count) => cut(await list(), start, count) });
  }

  /** No number stands for anything any more. */
  clear(): void {
    this.#containers.clear();
  }

  /**
   * Variables by a container's number.
   *
   * @param count default, and 0: all.
   * @throws KernelError for a number that stands for nothing any more.
   */
  async list(reference: number, start = 0, count?: number): Promise<readonly JsonObject[]> {
    return (await this.#container(reference).list(start, count)).map((variable) => this.describe(variable));
  }

  /** @throws KernelError when there is no such variable, or it cannot be given a value. */
  async set(reference: number, name: string, value: RemoteObject): Promise<JsonObject> {
    const variable = (await this.#container(reference).list(0, undefined)).find((each) => each.name === name);
    if (variable?.set === undefined)
      throw new KernelError(`There is no variable ${name} here that could be given a value.`);
    await variable.set(argumentOf(value));
    return this.value(value, variable.evaluateName);
  }

  describe({ name, value, evaluateName }: Variable): JsonObject {
    const names = { name, ...(evaluateName === undefined ? {} : { evaluateName }) };
    if (value === undefined) return { ...names, value: "(getter)", variablesReference: 0 };
    const { result, ...rest } = this.value(value, evaluateName);
    return { ...names, value: result, ...rest };
  }

  /**
   * A value for a client: `result`, `variablesReference`, and the `type` of an object. What is no object says itself what it
   * is, and JupyterLab's tree would show the type in the place of the value.
   */
  value(value: RemoteObject, evaluateName?: string): JsonObject {
    const { objectId } = value;
    if (objectId === undefined) return { result: valueText(value), variablesReference: 0 };
    const described = { result: valueText(value), type: typeName(value) };
    const length = lengthOf(value);
    return {
      ...described,
      variablesReference: this.#add(
        length === undefined
          ? { list: async (start, count) => cut(await this.#properties(objectId, evaluateName), start, count) }
          : this.#array(objectId, length, evaluateName),
      ),
      ...(length === undefined ? {} : { indexedVariables: length }),
    };
  }

  #add(container: Container): number {
    this.#containers.set(++this.#last, container);
    return this.#last;
  }

  #container(reference: number): Container {
    const container = this.#containers.get(reference);
    if (container === undefined)
      throw new KernelError(`There are no variables ${reference} any more; ask for the scopes or variables again.`);
    return container;
  }

  #array(objectId: string, length: number, parent: string | undefined): Container {
    const elements = (start: number, count: number) => this.#elements(objectId, start, count, parent);
    const list = async (start: number, count: number | undefined): Promise<readonly Variable[]> => {
      if (count !== undefined && count > 0) return elements(start, Math.min(count, length - start));
      if (length <= PART) return elements(0, length);
      return this.#parts(objectId, length, parent);
    };
    return { list };
  }

  /** Arrays of parts, so that a million elements are opened in three steps. */
  async #parts(objectId: string, length: number, parent: string | undefined): Promise<readonly Variable[]> {
    const size = PART ** Math.floor(Math.log(length - 1) / Math.log(PART));
    const parts: Variable[] = [];
    for (let start = 0; start < length; start += size) {
      const count = Math.min(size, length - start);
      const value = await this.#part(objectId, start, count);
      const evaluateName = parent === undefined ? {} : { evaluateName: `${parent}.slice(${start}, ${start + count})` };
      parts.push({ name: `[${start}…${start + count - 1}]`, value, ...evaluateName });
    }
    return parts;
  }

  async #elements(objectId: string, start: number, count: number, parent?: string): Promise<readonly Variable[]> {
    const { objectId: part } = await this.#part(objectId, start, count);
    const variables = await this.#properties(part!, undefined);
    return variables
      .filter(({ name }) => /^\d+$/.test(name))
      .map(({ name, value }) => {
        const index = start + Number(name);
        const set = (given: Argument) => this.#main.callOn(objectId, SET, [{ value: index }, given]);
        const evaluateName = parent === undefined ? {} : { evaluateName: `${parent}[${index}]` };
        return { name: String(index), value, set, ...evaluateName };
      });
  }

  #part(objectId: string, start: number, count: number): Promise<RemoteObject> {
    return this.#main.call("part", [{ objectId }, { value: start }, { value: count }]);
  }

  async #properties(objectId: string, parent: string | undefined): Promise<readonly Variable[]> {
    const { result, internalProperties = [], privateProperties = [] } = await this.#main.properties(objectId);
    const entries = internalProperties.find(({ name }) => name === "[[Entries]]")?.value?.objectId;
    const own = result
      .filter(({ name, symbol }) => name !== "__proto__" && !isMark(symbol))
      .map((each) => this.#own(each, objectId, parent));
    const inner = internalProperties
      .filter(({ name }) => name.startsWith("[[Promise") || name === "[[PrimitiveValue]]" || name === "[[Target]]")
      .map(({ name, value }) => ({ name, value }));
    const hidden = privateProperties.map(({ name, value }) => ({ name, value }));
    if (entries === undefined) return [...own, ...hidden, ...inner];
    return [...(await this.#properties(entries, undefined)).filter(({ name }) => name !== "length"), ...own, ...hidden];
  }

  #own({ name, value, symbol, writable }: Runtime.PropertyDescriptor, objectId: string, parent?: string): Variable {
    const key: Argument = symbol?.objectId === undefined ? { value: name } : { objectId: symbol.objectId };
    const set = (given: Argument) => this.#main.callOn(objectId, SET, [key, given]);
    return {
      name,
      value,
      ...(value !== undefined && writable === true ? { set } : {}),
      ...(parent === undefined || symbol !== undefined ? {} : { evaluateName: member(parent, name) }),
    };
  }
}

/** Whether a property is one that Node keeps in timers and promises for itself. */
function isMark(symbol: RemoteObject | undefined): boolean {
  return /^Symbol\((?:async_id_symbol|trigger_async_id_symbol|kResourceStore|kAsyncContextFrame)\)$/.test(
    symbol?.description ?? "",
  );
}

function member(parent: string, name: string): string {
  if (IDENTIFIER.test(name)) return `${parent}.${name}`;
  return /^\d+$/.test(name) ? `${parent}[${name}]` : `${parent}[${JSON.stringify(name)}]`;
}

function cut(variables: readonly Variable[], start: number, count: number | undefined): readonly Variable[] {
  return variables.slice(start, count === undefined || count === 0 ? undefined : start + count);
}

/** Of an array or typed array, from its description: `Array(3)`. */
function lengthOf({ subtype, description = "" }: RemoteObject): number | undefined {
  if (subtype !== "array" && subtype !== "typedarray") return undefined;
  const digits = /\((\d+)\)$/.exec(description)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
