/** The entry: reads what came, and draws the widget or says what is wrong with it. */
import { Disposers, hostOf, notice } from "../core/index.js";
import { DataError, readSchedule, type ScheduleData } from "../data/index.js";
import type { Render } from "../widget.js";
import { mountSchedule } from "./scheduleView.js";

/**
 * The layer schedule: how many visual tokens each layer keeps, to be looked at and to be edited. Without a kernel everything
 * works but evaluating, measuring prices and asking for other schedules.
 *
 * Data that cannot be read are answered with a sentence in the drawing's place, which goes when better ones come.
 */
export const renderSchedule: Render = ({ model, el, host: given }) => {
  const host = hostOf({ host: given });
  let disposers = new Disposers();
  let update: ((data: ScheduleData) => void) | null = null;
  const fail = (error: unknown) => {
    if (!(error instanceof DataError)) throw error;
    disposers.dispose();
    disposers = new Disposers();
    update = null;
    const said = notice(host.translate("This schedule cannot be shown."), error.message);
    el.append(said);
    disposers.add(() => said.remove());
  };
  const draw = () => {
    let data: ScheduleData;
    try {
      data = readSchedule(model.get("data"));
    } catch (error) {
      return fail(error);
    }
    if (update !== null) return update(data);
    disposers.dispose();
    disposers = new Disposers();
    update = mountSchedule({ el, data, model, host, disposers });
  };
  model.on("change:data", draw);
  draw();
  return () => {
    model.off("change:data", draw);
    disposers.dispose();
  };
};
