/** Rows of the kernel beside ipykernel and tslab. */
import type { KernelRow, KernelsBench } from "../kernels.js";
import type { Bench, Row } from "./row.js";

const KERNEL_NAMES: Readonly<Record<string, string>> = { python3: "ipykernel", tslab: "tslab" };

export const kernelsRows: Bench = {
  name: "kernels",
  rows(json) {
    const rows = json as KernelsBench;
    const own = rows["espalier"]!;
    const milliseconds = (seconds: number) => `${(1000 * seconds).toFixed(1)} ms`;
    const seconds = (value: number) => `${value.toFixed(2)} s`;
    const beside = (show: (row: KernelRow) => string) =>
      ["python3", "tslab"]
        .flatMap((name) => (rows[name] === undefined ? [] : [`${KERNEL_NAMES[name]} ${show(rows[name])}`]))
        .join(", ");
    const line = (what: string, show: (row: KernelRow) => string, target: string, met: boolean): Row => ({
      what: `Kernel: ${what}`,
      measured: `${show(own)} (${beside(show)})`,
      target,
      met,
    });
    const growth = ({ last, tenth }: KernelRow) =>
      last === null || tenth === null ? Number.POSITIVE_INFINITY : last / tenth;
    const printed = ({ lines, complete }: KernelRow) =>
      lines === null ? "never all" : `${seconds(lines)}${complete ? "" : ", not all"}`;
    return [
      line("start until it answers", ({ ready }) => seconds(ready), "< 0.8 s", own.ready < 0.8),
      line("the first cell, sent at once", ({ first }) => seconds(first), "", true),
      line("an empty cell, median", ({ empty }) => milliseconds(empty), "< 1.3 ms", own.empty < 0.0013),
      line("100,000 lines, all before idle", printed, "< 1.1 s", own.complete && (own.lines ?? 9) < 1.1),
      line("completion, median", ({ completion }) => milliseconds(completion), "< 3 ms", own.completion < 0.003),
      line(
        "a declaration cell: the 500th / the 10th",
        (row) => (Number.isFinite(growth(row)) ? growth(row).toFixed(2) : "a cell never ended"),
        "≤ 1.5",
        growth(own) <= 1.5,
      ),
      line("— the 500th", ({ last }) => (last === null ? "–" : milliseconds(last)), "", true),
      line("resident memory, idle", ({ idle }) => `${idle.toFixed(0)} MB`, "< 250 MB", own.idle < 250),
    ].map((row) => (row.target === "" ? { ...row, met: null } : row));
  },
};
