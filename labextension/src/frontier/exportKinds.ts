/** What the plot can be saved as; `JSON` is the selected configuration alone. */
export const EXPORTS = ["SVG", "PNG", "CSV", "Vega-Lite", "JSON"] as const;
export type ExportKind = (typeof EXPORTS)[number];
