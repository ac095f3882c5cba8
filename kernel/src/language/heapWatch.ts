/**
 * Ends the TypeScript thread before its heap is full. The engine would end it too, unless the last thing that found no room was large,
 * as a table of types that grows: then it ends the whole process, and every variable of the notebook with it.
 */
import v8 from "node:v8";
import vm from "node:vm";
import ts from "typescript";

/** At this share of the limit garbage is collected; what is left may have that one. */
const LOOK = 0.8;
const FULL = 0.7;
/** So many types, symbols and signatures are made between two looks: some MB. */
const BETWEEN = 4096;

type Constructor = new (...parameters: unknown[]) => object;
type Allocator = Record<"getTypeConstructor" | "getSymbolConstructor" | "getSignatureConstructor", () => Constructor>;

/**
 * Looks at the heap whenever the compiler, which lets nothing else run, has made some thousands of types. To be called before the
 * first program is made.
 *
 * @param onFull must not return.
 */
export function watchHeap(onFull: () => never): void {
  // Not of the compiler's public interface; without it the engine's own limit is what there is.
  const { objectAllocator: allocator } = ts as unknown as { readonly objectAllocator?: Allocator };
  if (allocator === undefined) return;
  let left = BETWEEN;
  const count = (): void => {
    if (--left > 0) return;
    left = BETWEEN;
    if (usedShare() > LOOK && usedAfterCollection() > FULL) onFull();
  };
  for (const name of ["getTypeConstructor", "getSymbolConstructor", "getSignatureConstructor"] as const) {
    const counted = counting(allocator[name](), count);
    allocator[name] = () => counted;
  }
}

/** All of the compiler's constructors take two or three parameters. */
function counting(Original: Constructor, count: () => void): Constructor {
  return class extends Original {
    constructor(first: unknown, second: unknown, third: unknown) {
      super(first, second, third);
      count();
    }
  };
}

function usedShare(): number {
  const { used_heap_size, heap_size_limit } = v8.getHeapStatistics();
  return used_heap_size / heap_size_limit;
}

function usedAfterCollection(): number {
  v8.setFlagsFromString("--expose-gc");
  const collect = vm.runInNewContext("gc") as () => void;
  v8.setFlagsFromString("--no-expose-gc");
  collect();
  return usedShare();
}
