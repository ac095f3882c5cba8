/** Where a study's model and data are, as its jobs say it to workers. */
import { resolve } from "node:path";
import { z } from "zod";
import { EspalierError } from "../errors.js";
import type { Json } from "../queue/index.js";
import type { SourceOptions } from "./source.js";

const file = z.string().min(1).max(4096);
const number = z.int().min(0);

const schema = z.strictObject({
  model: file.optional(),
  data: z.array(file).max(1000).optional(),
  trainData: file.optional(),
  pictures: file.optional(),
  samples: file.optional(),
  train: number.optional(),
  validation: number.optional(),
  test: number.optional(),
  seed: number.optional(),
  everything: z.boolean().optional(),
});

/** What a worker opens: nothing but files of its own disk, which are read as data. */
export interface WorkerSource extends Omit<SourceOptions, "weights"> {
  readonly everything?: boolean;
}

/** The options that name model and data, with whole paths. */
export function sourceJson(options: SourceOptions & { readonly everything?: boolean }): Json {
  const { model, data, trainData, pictures, samples, train, validation, test, seed, everything } = options;
  const whole = (name: string | undefined) => (name === undefined ? undefined : resolve(name));
  const source = {
    model: whole(model),
    data: data?.map((name) => resolve(name)),
    trainData: whole(trainData),
    pictures: whole(pictures),
    samples: whole(samples),
    ...{ train, validation, test, seed, everything },
  };
  return JSON.parse(JSON.stringify(source)) as Json;
}

/** @throws EspalierError for anything else than what `sourceJson` gives. */
export function parseSource(source: Json): WorkerSource {
  const parsed = schema.safeParse(source);
  if (source !== null && parsed.success) return parsed.data as WorkerSource;
  throw new EspalierError(
    "The job does not say where its model and its data are; start the worker with the study's --model and --data.",
  );
}
