/** What figures are made as. */

/**
 * A Vega-Lite specification with its data inside, as plain JSON. Vega-Lite's own type of them, `TopLevelSpec`, fits where one is
 * taken; it is not named here because its declarations are a hundred files, which a notebook would wait for.
 */
export interface FigureSpecification {
  /** Address of the schema, which names the version of Vega-Lite. */
  readonly $schema?: string;
}
