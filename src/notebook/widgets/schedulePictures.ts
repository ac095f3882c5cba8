/** The pictures of a schedule widget, and what each of its schedules leaves of them. */
import type { Study } from "../../study/index.js";
import { deathText, pictureJson } from "./scheduleJson.js";
import type { ShownSchedule } from "./shownSchedule.js";

export class SchedulePictures {
  readonly #study: Study;
  readonly #samples: number;
  #pictures: readonly object[] = [];
  /** By id of a schedule: its shares, and the deaths in each picture. */
  readonly #known = new Map<string, { readonly shares: string; readonly deaths: readonly string[] }>();
  #running: Promise<void> | null = null;

  /** @param samples of the test samples, those at first. */
  constructor(study: Study, samples: number) {
    this.#study = study;
    this.#samples = samples;
  }

  /** Of these schedules, as far as they are known. */
  json(schedules: readonly ShownSchedule[]): object[] {
    const known = schedules.flatMap(({ id }) => {
      const found = this.#known.get(id);
      return found === undefined ? [] : [[id, found.deaths] as const];
    });
    return this.#pictures.map((picture, p) => ({
      ...picture,
      death: Object.fromEntries(known.map(([id, deaths]) => [id, deaths[p]])),
    }));
  }

  /**
   * Runs the schedules that have not been run, and those that come meanwhile.
   *
   * @param schedules those that are shown, whenever it is called.
   * @param changed called when more is known.
   * @throws EspalierError as `study.survival`; Stopped.
   */
  provide(schedules: () => readonly ShownSchedule[], changed: () => void): Promise<void> {
    this.#running ??= this.#provide(schedules, changed).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #provide(schedules: () => readonly ShownSchedule[], changed: () => void): Promise<void> {
    for (;;) {
      const wanted = schedules().filter(({ id, shares }) => this.#known.get(id)?.shares !== JSON.stringify(shares));
      const [first] = wanted;
      if (first === undefined) return;
      const found = await this.#study.survivals(wanted, { samples: this.#samples });
      if (this.#pictures.length === 0) this.#pictures = await Promise.all(found[0]!.map(pictureJson));
      for (const [i, { id, shares }] of wanted.entries()) {
        const deaths = found[i]!.map(({ lost }) => deathText(lost, shares.length));
        this.#known.set(id, { shares: JSON.stringify(shares), deaths });
      }
      changed();
    }
  }
}
