/** Sample points as records, as Vega-Lite takes them. */
import { sampleColumns } from "./frontierSample.js";

export interface PlainRow {
  readonly series: number;
  readonly label: string;
  readonly cost: number;
  readonly divergence: number;
}

/** The same points as `sampleColumns` gives. */
export function plainRows(options: Parameters<typeof sampleColumns>[0]): PlainRow[] {
  const { label, series, costs, metrics } = sampleColumns(options);
  return label.map((name, i) => ({
    series: series[i]!,
    label: name,
    cost: costs.normalised[i]!,
    divergence: metrics.divergence.value[i]!,
  }));
}
