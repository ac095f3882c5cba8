/**
 * A discrete-event simulation of many workers at one queue: what is measured of one worker says what a thousand would do.
 *
 * Three things serve whoever comes first, one at a time: the Redis, the study, and each worker. A job is added (study, Redis), taken
 * (Redis), computed (a worker), finished (Redis) and read (study), which adds the next one.
 */
import { Random } from "../../../src/tensor/index.js";

export interface LoadModel {
  /** Seconds of the Redis for a job: half when it is added, half when it is finished and the worker takes the next one. */
  readonly redis: number;
  /** Seconds of the study's process for a job. */
  readonly study: number;
  /** Seconds of a worker for a job, besides computing it. */
  readonly worker: number;
  /** Mean seconds that a job takes to compute; each takes up to half more or less. */
  readonly compute: number;
  /** Jobs that the study has in the Redis at a time. */
  readonly inFlight: number;
}

interface Event {
  readonly time: number;
  readonly run: (time: number) => void;
}

/** Events by their time (a binary heap). */
class Agenda {
  readonly #heap: Event[] = [];

  add(event: Event): void {
    const heap = this.#heap;
    let at = heap.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent].time <= event.time) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = event;
  }

  next(): Event | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child + 1 < heap.length && heap[child + 1].time < heap[child].time) child++;
      if (child >= heap.length || heap[child].time >= last.time) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

/**
 * Jobs a second of a number of workers, once all of them have worked for a while.
 *
 * @param seed of the times that jobs take.
 */
export function simulateLoad(model: LoadModel, workers: number, seed = 0): number {
  const random = new Random(seed);
  const agenda = new Agenda();
  const freeAt = { redis: 0, study: 0 };
  /** First come, first served. */
  const serve = (server: keyof typeof freeAt, time: number, seconds: number, run: (time: number) => void) => {
    freeAt[server] = Math.max(freeAt[server], time) + seconds;
    agenda.add({ time: freeAt[server], run });
  };
  const warm = 4 * workers;
  const measured = Math.max(2000, 20 * workers);
  let waiting = 0;
  let idle = workers;
  let read = 0;
  let from = 0;
  let until = 0;
  const take = (time: number) => {
    if (waiting === 0) {
      idle++;
      return;
    }
    waiting--;
    const seconds = model.worker + model.compute * random.between(0.5, 1.5);
    agenda.add({ time: time + seconds, run: finish });
  };
  const finish = (time: number) => {
    serve("redis", time, model.redis / 2, (done) => {
      take(done);
      serve("study", done, model.study, (told) => {
        read++;
        if (read === warm) from = told;
        if (read === warm + measured) until = told;
        add(told);
      });
    });
  };
  const add = (time: number) => {
    serve("redis", time, model.redis / 2, (done) => {
      waiting++;
      if (idle === 0) return;
      idle--;
      take(done);
    });
  };
  for (let i = 0; i < model.inFlight; i++) serve("study", 0, model.study, add);
  while (until === 0) {
    const event = agenda.next();
    if (event === undefined) break;
    event.run(event.time);
  }
  return measured / (until - from);
}
