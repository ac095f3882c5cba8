/** Rows of the widgets in a browser and in JupyterLab. */
import type { Spread } from "../widgets/spread.js";
import type { benchWidgets } from "../widgets.js";
import type { Bench, Row } from "./row.js";

export const widgetsRows: Bench = {
  name: "widgets",
  rows(json) {
    const { plots, notebook, targets } = json as Awaited<ReturnType<typeof benchWidgets>>;
    const number = (value: number) => (value < 9.95 ? value.toFixed(1) : Math.round(value).toLocaleString("en"));
    const time = ({ median, low, high }: Spread) => `${number(median)} ms [${number(low)}, ${number(high)}]`;
    const beside = (what: string, own: string, plain: string, target = "", met: boolean | null = null): Row => ({
      what: `Frontier widget (plain Vega-Lite): ${what}`,
      measured: `${own} (${plain})`,
      target,
      met,
    });
    const lab = (what: string, spread: Spread, target: number): Row => ({
      what: `JupyterLab: ${what}, median and quartiles`,
      measured: time(spread),
      target: `< ${target} ms`,
      met: spread.median < target,
    });
    return [
      ...plots.flatMap(({ points, own, plain }) => {
        const count = `${points.toLocaleString("en")} points`;
        const draw = targets.draw[points as keyof typeof targets.draw];
        const { framesPerSecond } = own;
        return [
          beside(
            `first draw of ${count}, until painted`,
            ...([time(own.draw), time(plain.draw), `< ${draw} ms`, own.draw.median < draw] as const),
          ),
          beside("50 points more, until painted", time(own.update), time(plain.update)),
          beside(
            "— of it, work in the frame",
            time(own.frame),
            "–",
            `< ${targets.frame} ms`,
            own.frame.median < targets.frame,
          ),
          beside(
            "frames a second, 50 messages a second",
            ...([number(framesPerSecond), number(plain.framesPerSecond)] as const),
            ...([`> ${targets.framesPerSecond}`, framesPerSecond > targets.framesPerSecond] as const),
          ),
        ];
      }),
      lab("from a cell to its drawing, warm", notebook.cell, targets.cell),
      lab("from a selection to the kernel and back", notebook.selection, targets.selection),
    ];
  },
};
