/**
 * Minimisation with gradients: limited-memory BFGS. Sources: Nocedal and Wright, Numerical Optimization, 2006, algorithm 7.4; the
 * step length by the bisection of Lewis and Overton 2013 for the weak Wolfe conditions.
 */

export interface Evaluation {
  /** NaN or Infinity where the function is not defined: the step is shortened. */
  readonly value: number;
  /** [D] */
  readonly gradient: Float64Array;
}

export interface LbfgsOptions {
  /** Steps at most; default 50. */
  readonly iterations?: number;
  /** Stops when no entry of the gradient is larger; default 1e-5. */
  readonly tolerance?: number;
}

export interface Minimum extends Evaluation {
  /** [D] */
  readonly x: Float64Array;
}

/** Pairs of steps and changes of gradient that are remembered. */
const MEMORY = 8;
/** Halvings and doublings of one step. */
const TRIALS = 25;
/** Sufficient decrease and curvature. */
const DECREASE = 1e-4;
const CURVATURE = 0.9;
/** A step that lowers the value by less than this, relative to it, is the last. */
const STALLED = 1e-9;

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
}

/**
 * @param evaluate the function with its gradient.
 * @param start [D], where the function is defined.
 * @returns the best point seen; the start itself when no step improves on it.
 */
export async function minimise(
  evaluate: (x: Float64Array) => Promise<Evaluation>,
  start: ArrayLike<number>,
  { iterations = 50, tolerance = 1e-5 }: LbfgsOptions = {},
): Promise<Minimum> {
  const x = Float64Array.from(start);
  let best: Minimum = { x, ...(await evaluate(x)) };
  const memory: Pair[] = [];
  for (let iteration = 0; iteration < iterations; iteration++) {
    if (best.gradient.every((g) => Math.abs(g) <= tolerance)) break;
    const direction = descent(best.gradient, memory);
    // Without memory the direction is the bare gradient, which says nothing of a step's length: at most 1 at first.
    const first = memory.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(direction, direction))) : 1;
    const next = await lineSearch(evaluate, best, direction, first);
    if (next === null) {
      if (memory.length === 0) break;
      memory.length = 0;
      continue;
    }
    const pair = { step: minus(next.x, best.x), change: minus(next.gradient, best.gradient) };
    if (dot(pair.step, pair.change) > 1e-12 * dot(pair.change, pair.change)) memory.push(pair);
    if (memory.length > MEMORY) memory.shift();
    const gained = best.value - next.value;
    best = next;
    if (gained <= STALLED * (1 + Math.abs(best.value))) break;
  }
  return best;
}

/** −H·g by the two-loop recursion. */
function descent(gradient: Float64Array, memory: readonly Pair[]): Float64Array {
  const q = gradient.map((g) => -g);
  const factors: number[] = [];
  for (let k = memory.length - 1; k >= 0; k--) {
    const { step, change } = memory[k];
    factors[k] = dot(step, q) / dot(step, change);
    add(q, -factors[k], change);
  }
  const last = memory.at(-1);
  if (last !== undefined) {
    const scale = dot(last.step, last.change) / dot(last.change, last.change);
    for (let d = 0; d < q.length; d++) q[d] *= scale;
  }
  memory.forEach(({ step, change }, k) => {
    add(q, factors[k] - dot(change, q) / dot(step, change), step);
  });
  return q;
}

/** The first step found that lowers the value enough and flattens the slope; else one that lowers it; else null. */
async function lineSearch(
  evaluate: (x: Float64Array) => Promise<Evaluation>,
  from: Minimum,
  direction: Float64Array,
  first: number,
): Promise<Minimum | null> {
  const slope = dot(from.gradient, direction);
  if (!(slope < 0)) return null;
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let length = first;
  let lower: Minimum | null = null;
  for (let trial = 0; trial < TRIALS; trial++) {
    const x = Float64Array.from(from.x);
    add(x, length, direction);
    const { value, gradient } = await evaluate(x);
    if (!(value <= from.value + DECREASE * length * slope)) {
      high = length;
    } else {
      lower = { x, value, gradient };
      if (dot(gradient, direction) >= CURVATURE * slope) return lower;
      low = length;
    }
    length = high === Number.POSITIVE_INFINITY ? 2 * length : (low + high) / 2;
  }
  return lower;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += a[d] * b[d];
  return sum;
}

function minus(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, d) => value - b[d]);
}

/** a += factor·b */
function add(a: Float64Array, factor: number, b: Float64Array): void {
  for (let d = 0; d < a.length; d++) a[d] += factor * b[d];
}
