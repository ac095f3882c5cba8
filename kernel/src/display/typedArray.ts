/** Long typed arrays: statistics and both ends. Short ones are shown whole, as they are. */
import type { MimeBundle } from "../wire/index.js";
import { arrayPreview, formatNumber } from "./arrayPreview.js";
import { formatStatistics, statisticsOf } from "./numberStatistics.js";
import type { Representation } from "./representation.js";

/** So many elements inspection prints whole. */
const INSPECTED = 100;
/** Elements that statistics are made of at most; more would be felt. */
const MAX_COUNTED = 2 ** 26;

type NumberArray = ArrayLike<number> & { subarray(start: number, end: number): ArrayLike<number> };

export const typedArray: Representation = (value) => {
  if (!isNumberArray(value) || value.length <= INSPECTED) return undefined;
  return { "text/plain": describe(value) } satisfies MimeBundle;
};

function isNumberArray(value: object): value is NumberArray & object {
  if (!ArrayBuffer.isView(value) || value instanceof DataView || Buffer.isBuffer(value)) return false;
  return !(value instanceof BigInt64Array || value instanceof BigUint64Array);
}

function describe(value: NumberArray & object): string {
  const { length } = value;
  const name = Object.prototype.toString.call(value).slice("[object ".length, -1);
  const counted = length > MAX_COUNTED ? value.subarray(0, MAX_COUNTED) : value;
  const of = length > MAX_COUNTED ? ` (of the first ${MAX_COUNTED.toLocaleString("en-US")})` : "";
  const preview = arrayPreview([length], ([i]) => formatNumber(value[i!]!));
  return `${name}(${length})\n${formatStatistics(statisticsOf(counted))}${of}\n${preview}`;
}
