/** The parts of Vega that the plot needs: a chunk of its own, loaded when the first frontier is drawn. */
import { changeset, Error as ERRORS, loader, logger, parse, type Runtime, type Spec, View } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile, type TopLevelSpec } from "vega-lite";

/** Only errors are of use to a reader; everything that a specification could load stands in it. */
const quiet = () => logger(ERRORS, "error", () => {});

/** A loader that loads nothing, whatever a specification says. */
function refusing() {
  const own = loader();
  const refuse = (address: unknown) => Promise.reject(new Error(`A drawing may not load ${String(address)}.`));
  return Object.assign(own, { load: refuse, sanitize: refuse, http: refuse, file: refuse });
}

export function compileChart(specification: object): Spec {
  return compile(specification as TopLevelSpec, { logger: quiet() }).spec;
}

/** Prepares a specification for views. Expressions are interpreted, never compiled to code. */
export function parseChart(specification: Spec): Runtime {
  return parse(specification, undefined, { ast: true });
}

/** A view of what `parseChart` gave. @param container where it draws; without one it is asked for pictures. */
export function makeView(runtime: Runtime, container: HTMLElement | null): View {
  return new View(runtime, {
    renderer: container === null ? "none" : "canvas",
    ...(container === null ? {} : { container }),
    hover: false,
    loader: refusing(),
    logger: quiet(),
    expr: expressionInterpreter,
    tooltip: () => {},
  });
}

/** Takes rows out of a dataset, the same objects that were put in, and puts others in. */
export function changeRows(view: View, name: string, gone: readonly object[], added: readonly object[]): void {
  view.change(
    name,
    changeset()
      .remove([...gone])
      .insert([...added]),
  );
}

export type { Runtime, Spec, View };
