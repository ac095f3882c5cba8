/** Work that is done at once where it can be, and later where it must be. */
import { types } from "node:util";
import { isObject, methodOf } from "./properties.js";

export type MaybePromise<Value> = Value | Promise<Value>;

/**
 * Calls `work` and passes on its result, or what its promise resolves to; at once where it gives no promise.
 *
 * @param failed gets what `work`, its promise or `then` threw.
 */
export function settle<Value, Result>(
  work: () => MaybePromise<Value>,
  then: (value: Value) => Result,
  failed: (error: unknown) => Result,
): MaybePromise<Result> {
  try {
    const value = work();
    if (isPromise(value)) return Promise.resolve(value).then(then).catch(failed);
    return then(value);
  } catch (error) {
    return failed(error);
  }
}

function isPromise<Value>(value: MaybePromise<Value>): value is Promise<Value> {
  return isObject(value) && (types.isPromise(value) || methodOf(value, "then") !== undefined);
}
