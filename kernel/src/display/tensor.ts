/**
 * TensorFlow.js tensors and variables, known by their shape only: an array of lengths, a dtype, a data id and `dataSync`.
 * Up to 16,777,216 elements are downloaded; of a larger tensor, only the edges that are shown and the first 1,048,576
 * elements, of which the statistics are then made.
 */
import { arrayPreview, formatNumber, shownIndices } from "./arrayPreview.js";
import { escapeHtml } from "./escapeHtml.js";
import { formatStatistics, statisticsOf } from "./numberStatistics.js";
import { dataOf, methodOf, readOf } from "./properties.js";
import type { Representation } from "./representation.js";
import { toLine } from "./text.js";

export const MAX_DOWNLOADED = 2 ** 24;
const COUNTED = 2 ** 20;
/** TensorFlow.js has no more dimensions. */
const MAX_RANK = 6;

const NUMERIC = ["float32", "int32", "bool"];
const DTYPES = [...NUMERIC, "complex64", "string"];

type Values = ArrayLike<number> | readonly string[];

/** What is used of a tensor. The methods from `slice` on are there where TensorFlow.js has its operations chained. */
interface TensorLike {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly isDisposed?: boolean;
  dataSync(): Values;
  dispose(): void;
  reshape(shape: readonly number[]): TensorLike;
  slice(begin: readonly number[], size: readonly number[]): TensorLike;
  concat(other: TensorLike, axis: number): TensorLike;
}

export const tensor: Representation = (value) => {
  if (!isTensor(value)) return undefined;
  const title = titleOf(value);
  if (readOf(value, "isDisposed") === true) return { "text/plain": `${title}, disposed` };
  const body = sizeOf(value.shape) > MAX_DOWNLOADED ? largeBody(value) : bodyOf(value, value.dataSync());
  const html = `<div><b>${escapeHtml(title)}</b><pre>${escapeHtml(body)}</pre></div>`;
  return { "text/plain": `${title}\n${body}`, "text/html": html };
};

function isTensor(value: object): value is TensorLike {
  const shape = dataOf(value, "shape");
  return (
    Array.isArray(shape) &&
    shape.length <= MAX_RANK &&
    shape.every((length) => Number.isSafeInteger(length) && length >= 0) &&
    DTYPES.includes(dataOf(value, "dtype") as string) &&
    dataOf(value, "dataId") !== undefined &&
    methodOf(value, "dataSync") !== undefined
  );
}

function titleOf(value: TensorLike): string {
  const { dtype, shape } = value;
  const name = dataOf(value, "name");
  const isVariable = typeof dataOf(value, "trainable") === "boolean" && typeof name === "string";
  const kind = isVariable ? `Variable ${toLine(name, 80)}` : "Tensor";
  return `${kind} ${dtype} [${shape.join(", ")}]`;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function bodyOf({ shape, dtype }: TensorLike, values: Values): string {
  const preview = arrayPreview(shape, (indices) => format(values, dtype, offsetOf(indices, shape)));
  return hasStatistics(shape, dtype)
    ? `${formatStatistics(statisticsOf(values as ArrayLike<number>))}\n${preview}`
    : preview;
}

function hasStatistics(shape: readonly number[], dtype: string): boolean {
  return NUMERIC.includes(dtype) && sizeOf(shape) > 1;
}

/** Row-major. */
function offsetOf(indices: readonly number[], shape: readonly number[]): number {
  return indices.reduce((offset, index, i) => offset * shape[i]! + index, 0);
}

function format(values: Values, dtype: string, offset: number): string {
  if (dtype === "string") return JSON.stringify(toLine(values[offset], 40));
  const numbers = values as ArrayLike<number>;
  if (dtype === "bool") return numbers[offset] === 0 ? "false" : "true";
  if (dtype !== "complex64") return formatNumber(numbers[offset]!);
  const imaginary = formatNumber(numbers[2 * offset + 1]!);
  return `${formatNumber(numbers[2 * offset]!)}${imaginary.startsWith("-") ? "" : "+"}${imaginary}i`;
}

function largeBody(value: TensorLike): string {
  const { shape, dtype } = value;
  if ((["slice", "reshape", "concat"] as const).some((name) => methodOf(value, name) === undefined))
    return `${sizeOf(shape).toLocaleString("en-US")} elements, too many to download; slice it to see some.`;
  const edges = edgesOf(value);
  const preview = arrayPreview(shape, (indices) => {
    const offset = offsetOf(
      indices.map((index, i) => positionOf(index, shape[i]!, sizeOf(shape))),
      edges.shape,
    );
    return format(edges.values, dtype, offset);
  });
  if (!hasStatistics(shape, dtype)) return preview;
  const statistics = formatStatistics(statisticsOf(firstOf(value) as ArrayLike<number>));
  return `${statistics} (of the first ${COUNTED.toLocaleString("en-US")} elements)\n${preview}`;
}

/** Where an index that is shown lies among those that are. */
function positionOf(index: number, length: number, elements: number): number {
  return shownIndices(length, elements)
    .filter((shown) => shown !== null)
    .indexOf(index);
}

function firstOf(value: TensorLike): Values {
  const flat = value.reshape([-1]);
  const first = flat.slice([0], [COUNTED]);
  const values = first.dataSync();
  for (const temporary of [flat, first]) temporary.dispose();
  return values;
}

/** Cuts the middle out of each long dimension, on the device. */
function edgesOf(value: TensorLike): { readonly shape: readonly number[]; readonly values: Values } {
  const elements = sizeOf(value.shape);
  const temporaries: TensorLike[] = [];
  let edges = value;
  for (const [axis, length] of value.shape.entries()) {
    const shown = shownIndices(length, elements);
    if (!shown.includes(null)) continue;
    const edge = shown.indexOf(null);
    const size = edges.shape.map((full, i) => (i === axis ? edge : full));
    const start = edges.slice(
      edges.shape.map(() => 0),
      size,
    );
    const end = edges.slice(
      edges.shape.map((_, i) => (i === axis ? length - edge : 0)),
      size,
    );
    edges = start.concat(end, axis);
    temporaries.push(start, end, edges);
  }
  const values = edges.dataSync();
  const { shape } = edges;
  for (const temporary of temporaries) temporary.dispose();
  return { shape, values };
}
