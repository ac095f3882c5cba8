/**
 * Benchmarks as the hub keeps them: Parquet files with the columns image or images (a struct of bytes and path, or a list of
 * them), question, answer …, under the names of `QuestionColumns` and of the benchmark's entry.
 */
import fs from "node:fs";
import path from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { decompress as decompressZstd } from "fzstd";
import type { AsyncBuffer, Compressors, FileMetaData, ParquetRow } from "hyparquet";
import { openForReading, readBytes } from "../checkpoint/index.js";
import { EspalierError } from "../errors.js";
import { type Benchmark, shardOf } from "./benchmarks/index.js";
import type { BenchmarkQuestion } from "./question.js";
import { QuestionColumns, type QuestionOptions, splitNamed } from "./questionColumns.js";
import type { QuestionFile } from "./questionFile.js";

const PICTURES = ["image", "images"];
const FORMAT = "A Parquet file as the hub has it for these benchmarks";
const MAX_IMAGE_BYTES = 1024 ** 3;

/** What is not built into the reader, which knows Snappy. */
const COMPRESSORS: Compressors = {
  GZIP: (input, length) => gunzipSync(input, { maxOutputLength: Math.max(1, length) }),
  BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
  ZSTD: (input, length) => decompressZstd(input, new Uint8Array(length)),
};

/** One Parquet file: its row groups, read one column of one group at a time. */
class Shard {
  readonly path: string;
  readonly #fd: number;
  readonly #buffer: AsyncBuffer;
  #metadata: FileMetaData | undefined;
  /** The names of the columns. */
  columns: readonly string[] = [];
  /** First row of each row group, and one past the last. */
  groups: readonly number[] = [];

  constructor(file: string) {
    const { fd, size } = openForReading(file);
    this.path = file;
    this.#fd = fd;
    const slice = (start: number, end: number = size): ArrayBuffer => {
      if (!(start >= 0 && start <= end && end <= size)) throw new RangeError("it ends before its data does");
      const bytes = new Uint8Array(end - start);
      for (let done = 0; done < bytes.length; ) {
        const count = fs.readSync(fd, bytes, done, bytes.length - done, start + done);
        if (count === 0) throw new RangeError("it ends before its data does");
        done += count;
      }
      return bytes.buffer;
    };
    this.#buffer = { byteLength: size, slice };
  }

  /** Reads the footer. */
  async open(): Promise<void> {
    await this.#guarded(async () => {
      const { parquetMetadataAsync, parquetSchema } = await import("hyparquet");
      const metadata = await parquetMetadataAsync(this.#buffer, { geoparquet: false });
      this.#metadata = metadata;
      this.columns = parquetSchema(metadata).children.map(({ element }) => element.name);
      let row = 0;
      this.groups = [0, ...metadata.row_groups.map(({ num_rows }) => (row += Number(num_rows)))];
    });
  }

  /** Rows of one group, some of their columns. */
  async rows(group: number, columns: readonly string[]): Promise<ParquetRow[]> {
    return this.#guarded(async () => {
      const { parquetReadObjects } = await import("hyparquet");
      const [rowStart, rowEnd] = [this.groups[group], this.groups[group + 1]];
      const rows = await parquetReadObjects({
        file: this.#buffer,
        columns: [...columns],
        rowStart,
        rowEnd,
        compressors: COMPRESSORS,
        // Pictures are bytes; columns of texts say that they are.
        utf8: false,
        geoparquet: false,
        ...(this.#metadata === undefined ? {} : { metadata: this.#metadata }),
      });
      if (rows.length === rowEnd - rowStart) return rows;
      throw new RangeError(`its row group ${group} has ${rows.length} rows instead of ${rowEnd - rowStart}`);
    });
  }

  close(): void {
    fs.closeSync(this.#fd);
  }

  async #guarded<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (cause) {
      if (cause instanceof EspalierError) throw cause;
      const detail = cause instanceof Error ? cause.message : String(cause);
      throw new EspalierError(
        `${this.path} cannot be read as Parquet (${detail}); it is damaged or cut off: download it again.`,
        { cause },
      );
    }
  }
}

/** Where a question stands. */
interface Place {
  readonly shard: Shard;
  readonly group: number;
  /** Within the group. */
  readonly row: number;
}

/**
 * Opens a Parquet file of the hub and checks every row but its pictures, which stay in the file until they are asked for: at
 * most the pictures of one row group are in memory (the hub's have 100 to 1000 rows).
 *
 * @param file of a set that is split into shards (`test-00000-of-00003.parquet`) any one; all of them are read.
 * @throws EspalierError that names the row for a missing value, and for a missing column, a file that is damaged or cut off, a
 *   shard that is not there, and a file of another benchmark than its name says.
 *
 * @example
 * const file = await openParquet("lmms-lab/MME/data/test-00000-of-00002.parquet");
 */
export async function openParquet(file: string, options: QuestionOptions = {}): Promise<QuestionFile> {
  const shards: Shard[] = [];
  try {
    for (const one of shardsOf(file)) {
      const shard = new Shard(one);
      shards.push(shard);
      await shard.open();
    }
    return await ParquetBenchmark.read(file, shards, options);
  } catch (error) {
    for (const shard of shards) shard.close();
    throw error;
  }
}

/** All shards of the set that a file is of, in order; the file alone where it is no shard. */
function shardsOf(file: string): string[] {
  const stem = path.basename(file, path.extname(file));
  const own = shardOf(stem);
  if (own === undefined || !fs.existsSync(file)) return [file];
  const folder = path.dirname(file);
  const found = new Map<number, string>();
  for (const name of fs.readdirSync(folder).sort()) {
    const other = shardOf(path.basename(name, path.extname(name)));
    if (other?.split !== own.split || other.shards !== own.shards || path.extname(name) !== path.extname(file))
      continue;
    found.set(other.shard, path.join(folder, name));
  }
  found.set(own.shard, file);
  return Array.from({ length: Math.max(1, own.shards) }, (_, i) => {
    const shard = found.get(own.shards === 0 ? own.shard : i);
    if (shard !== undefined) return shard;
    throw new EspalierError(
      `${file} is one of ${own.shards} shards, and shard ${i} of them is not beside it; put it there, or rename the file to read it alone.`,
    );
  });
}

class ParquetBenchmark implements QuestionFile {
  readonly path: string;
  readonly benchmark: Benchmark | undefined;
  readonly items: readonly BenchmarkQuestion[];
  readonly #shards: readonly Shard[];
  readonly #places: ReadonlyMap<string, Place>;
  readonly #pictures: string;
  /** The pictures' column of the group that was read last. */
  #cached: { readonly shard: Shard; readonly group: number; readonly values: Promise<unknown[]> } | undefined;

  private constructor(
    file: string,
    shards: readonly Shard[],
    columns: QuestionColumns,
    questions: ReadonlyMap<string, { readonly item: BenchmarkQuestion; readonly place: Place }>,
  ) {
    this.path = file;
    this.benchmark = columns.benchmark;
    this.items = [...questions.values()].map(({ item }) => item);
    this.#shards = shards;
    this.#places = new Map([...questions].map(([id, { place }]) => [id, place]));
    this.#pictures = PICTURES.find((name) => shards[0].columns.includes(name))!;
  }

  /** @param shards owned by the result. */
  static async read(file: string, shards: readonly Shard[], options: QuestionOptions): Promise<ParquetBenchmark> {
    const names = shards[0].columns;
    const different = shards.find(({ columns }) => columns.join("\n") !== names.join("\n"));
    if (different !== undefined) {
      throw new EspalierError(
        `${different.path} has other columns than ${shards[0].path}; shards of one set must have the same.`,
      );
    }
    const columns = new QuestionColumns(file, names, { ...options, format: FORMAT, pictures: PICTURES, ids: false });
    const questions = new Map<string, { item: BenchmarkQuestion; place: Place }>();
    // A shard's name says which split it is; a column of the rows counts more.
    const split = splitNamed(shardOf(path.basename(file, path.extname(file)))?.split ?? "");
    let line = 0;
    for (const shard of shards) {
      for (let group = 0; group + 1 < shard.groups.length; group++) {
        const rows = await shard.rows(group, columns.used);
        for (const [row, values] of rows.entries()) {
          line++;
          const place = `row ${shard.groups[group] + row + 1}`;
          const item = columns.read(new Map(Object.entries(values)), {
            line,
            place,
            id: `${line}`,
            error: (what) => new EspalierError(`${shard.path}, ${place}: the row ${what}.`),
          });
          if (item === undefined) continue;
          const id = distinct(item.id, questions);
          const own = { ...item, id, ...(item.split === undefined && split !== undefined ? { split } : {}) };
          questions.set(id, { item: own, place: { shard, group, row } });
        }
      }
    }
    if (questions.size === 0) throw new EspalierError(`${file} has no questions; give a file with one row for each.`);
    return new ParquetBenchmark(file, shards, columns, questions);
  }

  async images(item: BenchmarkQuestion): Promise<Uint8Array[]> {
    const found = this.#places.get(item.id);
    if (found === undefined) throw new EspalierError(`${this.path} has no question ${item.id}.`);
    const { shard, group, row } = found;
    if (this.#cached?.shard !== shard || this.#cached.group !== group) {
      const values = shard
        .rows(group, [this.#pictures])
        .then((rows) => rows.map((one) => one[this.#pictures] as unknown));
      this.#cached = { shard, group, values };
    }
    const value = (await this.#cached.values)[row];
    const pictures = (Array.isArray(value) ? value : [value]).filter((one) => one !== null && one !== undefined);
    if (pictures.length === 0) throw new EspalierError(`${this.place(item)}: the row has no picture.`);
    return pictures.map((one) => this.#bytes(one, item));
  }

  place({ id }: BenchmarkQuestion): string {
    const { shard, group, row } = this.#places.get(id)!;
    return `${shard.path}, row ${shard.groups[group] + row + 1}`;
  }

  close(): void {
    for (const shard of this.#shards) shard.close();
  }

  /** The bytes of a picture: bytes themselves, or a struct of bytes and, where these are missing, a path beside the file. */
  #bytes(value: unknown, item: BenchmarkQuestion): Uint8Array {
    if (value instanceof Uint8Array) return value;
    if (typeof value === "object" && value !== null) {
      const { bytes, path: name } = value as { bytes?: unknown; path?: unknown };
      if (bytes instanceof Uint8Array) return bytes;
      if (typeof name === "string" && name !== "") {
        const { shard } = this.#places.get(item.id)!;
        return readBytes(path.resolve(path.dirname(shard.path), name), MAX_IMAGE_BYTES);
      }
    }
    throw new EspalierError(
      `${this.place(item)}: the column ${this.#pictures} holds no picture; a struct of bytes and path is wanted.`,
    );
  }
}

/** An id that no question has yet: questions about one picture share theirs in some data sets. */
function distinct(id: string, questions: ReadonlyMap<string, unknown>): string {
  if (!questions.has(id)) return id;
  let next = 2;
  while (questions.has(`${id}#${next}`)) next++;
  return `${id}#${next}`;
}
