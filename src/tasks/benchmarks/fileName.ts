/** The benchmark that a file's name stands for. */
import path from "node:path";

/** Parts of a name that say which part of a benchmark a file is, not which benchmark. */
const OF_A_PART = new Set(
  "train val validation valid testdev dev test mini lite small subset sample part circular v1 v11 en cn ar pt tr ru ko data default".split(
    " ",
  ),
);
/** A shard as the hub names it: split, number, number of shards, and sometimes a hash. */
const SHARD = /^(.+)-(\d{5})-of-(\d{5})(?:-[0-9a-f]{16})?$/iu;
/** Folders above a shard that may carry the name: data/, the configuration's, the data set's. */
const FOLDERS = 3;

/** "MMBench_DEV_EN_V11" is "mmbench": lower case, without punctuation and without what names a part; empty where nothing is left. */
export function plainName(name: string): string {
  return name
    .toLowerCase()
    .split(/[^a-z0-9]+/u)
    .filter((word) => !OF_A_PART.has(word) && !/^\d+$/u.test(word))
    .join("");
}

/** The hub's name of a shard taken apart; nothing for any other name. @param stem the file's name without its ending. */
export function shardOf(stem: string): { split: string; shard: number; shards: number } | undefined {
  const found = SHARD.exec(stem);
  return found === null ? undefined : { split: found[1], shard: Number(found[2]), shards: Number(found[3]) };
}

/**
 * What a file is called: its name without its ending; of a shard, whose name is the same for every data set, the nearest folder
 * that names one, such as `lmms-lab/MME/data/test-00000-of-00002.parquet`.
 */
export function titleOf(file: string): string {
  const stem = path.basename(file).replace(/\.(tsv|parquet|json|safetensors)$/iu, "");
  if (shardOf(stem) === undefined) return stem;
  const folders = path.dirname(path.resolve(file)).split(path.sep).slice(-FOLDERS).reverse();
  return folders.find((folder) => plainName(folder) !== "") ?? stem;
}
