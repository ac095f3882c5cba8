/** Vega, once it is there. */
type VegaRuntime = typeof import("./vegaRuntime.js");

let loading: Promise<VegaRuntime> | undefined;
let loaded: VegaRuntime | null = null;

/** Loads it if need be; after a failure the next call tries anew. */
export function loadVega(): Promise<VegaRuntime> {
  loading ??= import("./vegaRuntime.js").then(
    (runtime) => {
      loaded = runtime;
      return runtime;
    },
    (error: unknown) => {
      loading = undefined;
      throw error;
    },
  );
  return loading;
}

/** Null before it has been loaded. */
export function vegaNow(): VegaRuntime | null {
  return loaded;
}

export type { VegaRuntime };
