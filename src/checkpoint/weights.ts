/** The weights of a checkpoint directory: one model.safetensors, or the shards that model.safetensors.index.json lists. */
import fs from "node:fs";
import path from "node:path";
import { EspalierError } from "../errors.js";
import { isObject, readJsonObject } from "./files.js";
import { openSafetensors, type SafetensorsFile } from "./safetensors.js";
import type { FloatDtype } from "./safetensorsHeader.js";

/** Weights of a checkpoint, read one tensor at a time. Made by `openWeights`. */
export class Weights {
  readonly directory: string;
  readonly #files: ReadonlyMap<string, SafetensorsFile>;

  /** @param files the open file of each tensor; owned by this object from now on. */
  constructor(directory: string, files: ReadonlyMap<string, SafetensorsFile>) {
    this.directory = directory;
    this.#files = files;
  }

  /** Names of all tensors. */
  get names(): string[] {
    return [...this.#files.keys()];
  }

  has(name: string): boolean {
    return this.#files.has(name);
  }

  /** @throws EspalierError when there is no such tensor. */
  shape(name: string): readonly number[] {
    return this.#file(name).info(name).shape;
  }

  /**
   * A tensor's values as float32, whatever float dtype it is stored in.
   *
   * @param expectedShape the shape that the configuration implies.
   * @returns flat values, row-major; the caller's own.
   * @throws EspalierError when the tensor is missing or has another shape (both are named).
   */
  read(name: string, expectedShape: readonly number[]): Float32Array {
    return this.#checked(name, expectedShape).readFloat32(name);
  }

  /** How a tensor is stored; reads nothing but headers. @throws EspalierError as `read`. */
  dtype(name: string, expectedShape: readonly number[]): FloatDtype {
    return this.#checked(name, expectedShape).floatDtype(name);
  }

  /**
   * The bits of an F16 or BF16 tensor, as stored.
   *
   * @returns flat, row-major; the caller's own.
   * @throws EspalierError as `read`, and for another dtype.
   */
  readBits(name: string, expectedShape: readonly number[]): Uint16Array {
    const file = this.#checked(name, expectedShape);
    const { dtype, data } = file.read(name);
    if (data instanceof Uint16Array) return data;
    throw new EspalierError(
      `Tensor ${JSON.stringify(name)} of ${file.path} has dtype ${dtype}; F16 or BF16 is wanted.`,
    );
  }

  /** Bytes of all tensors. */
  get bytes(): number {
    let bytes = 0;
    for (const [name, file] of this.#files) bytes += file.info(name).byteLength;
    return bytes;
  }

  /** The file of a tensor, which has the expected shape. */
  #checked(name: string, expectedShape: readonly number[]): SafetensorsFile {
    const file = this.#file(name);
    const { shape } = file.info(name);
    if (shape.length !== expectedShape.length || shape.some((size, i) => size !== expectedShape[i])) {
      throw new EspalierError(
        `Tensor ${JSON.stringify(name)} of ${file.path} has shape [${shape}], config.json implies [${expectedShape}]; config and weights do not belong together.`,
      );
    }
    return file;
  }

  /** Closes the files. */
  close(): void {
    for (const file of this.#files.values()) file.close();
  }

  #file(name: string): SafetensorsFile {
    const file = this.#files.get(name);
    if (file !== undefined) return file;
    throw new EspalierError(
      `The checkpoint ${this.directory} has no tensor ${JSON.stringify(name)} among its ${this.#files.size}; config.json and weights do not belong together, or the download is incomplete.`,
    );
  }
}

/**
 * Opens the weights of a Hugging Face directory and checks every header.
 *
 * @param directory holds model.safetensors, or model.safetensors.index.json with its shards.
 * @returns the open weights; the caller closes them.
 * @throws EspalierError when a file is missing or damaged, or the index does not tell the truth.
 */
export function openWeights(directory: string): Weights {
  const single = path.join(directory, "model.safetensors");
  const index = path.join(directory, "model.safetensors.index.json");
  if (fs.existsSync(single)) {
    const file = openSafetensors(single);
    return new Weights(directory, new Map(file.names.map((name) => [name, file])));
  }
  if (fs.existsSync(index)) return openShards(directory, index);
  if (!fs.existsSync(directory)) throw new EspalierError(`The checkpoint ${directory} does not exist; check the path.`);
  throw new EspalierError(
    `The checkpoint ${directory} has neither model.safetensors nor model.safetensors.index.json; weights in other formats must be converted to safetensors first.`,
  );
}

function openShards(directory: string, index: string): Weights {
  const map = readJsonObject(index)["weight_map"];
  if (!isObject(map)) throw new EspalierError(`${index} should have a "weight_map" object, it has none.`);
  const shards = new Map<string, SafetensorsFile>();
  const files = new Map<string, SafetensorsFile>();
  try {
    for (const [name, shard] of Object.entries(map)) {
      // A plain file name only: an index must not lead out of its directory.
      if (typeof shard !== "string" || !/^[\w.-]+$/.test(shard) || !shard.endsWith(".safetensors")) {
        throw new EspalierError(
          `${index} puts tensor ${JSON.stringify(name)} into ${JSON.stringify(shard)}; a file name ending in .safetensors, without folders, is wanted.`,
        );
      }
      let file = shards.get(shard);
      if (file === undefined) {
        const full = path.join(directory, shard);
        if (!fs.existsSync(full)) {
          throw new EspalierError(`The shard ${full} is missing (${index} lists it); download it again.`);
        }
        file = openSafetensors(full);
        shards.set(shard, file);
      }
      if (!file.has(name)) {
        throw new EspalierError(
          `${index} says that tensor ${JSON.stringify(name)} is in ${shard}, but it is not there; download both again.`,
        );
      }
      files.set(name, file);
    }
  } catch (error) {
    for (const file of shards.values()) file.close();
    throw error;
  }
  return new Weights(directory, files);
}
