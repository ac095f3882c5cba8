/** Changing what is in a bundle: clumsily, or with every checksum and digest made to fit again. */
import { createHash } from "node:crypto";
import { readArchive, writeArchive } from "../../../src/export/bundle/archive.js";

const sha256 = (content: Buffer | string) => createHash("sha256").update(content).digest("hex");

/** A bundle's files, to be changed and packed again. */
export class Tampered {
  readonly files: Map<string, Buffer>;

  constructor(bundle: Buffer) {
    this.files = new Map(readArchive(bundle, "bundle").files);
  }

  text(name: string): string {
    return this.files.get(name)!.toString("utf8");
  }

  set(name: string, content: string): this {
    this.files.set(name, Buffer.from(content));
    return this;
  }

  without(name: string): this {
    this.files.delete(name);
    return this;
  }

  /** Replaces text that must be there. */
  replace(name: string, from: string | RegExp, to: string): this {
    const before = this.text(name);
    const after = before.replace(from, to);
    if (after === before) throw new Error(`${name} has nothing like ${from}.`);
    return this.set(name, after);
  }

  json(name: string, change: (value: never) => void): this {
    const value = JSON.parse(this.text(name)) as never;
    change(value);
    return this.set(name, JSON.stringify(value));
  }

  /** Changes the entries of a journal; its lines get sums that fit. */
  journal(name: string, change: (entries: never[]) => void): this {
    const entries = this.text(name)
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { entry: never }).entry);
    change(entries);
    const lines = entries.map((entry) => {
      const text = JSON.stringify(entry);
      return `{"sum":"${sha256(text).slice(0, 16)}","entry":${text}}\n`;
    });
    return this.set(name, lines.join(""));
  }

  /** Digests and sizes of the manifest made to fit the files. */
  redigest(): this {
    const manifest = JSON.parse(this.text("manifest.json")) as {
      files: { name: string; bytes: number; sha256: string }[];
    };
    manifest.files = manifest.files.flatMap((file) => {
      const content = this.files.get(file.name);
      return content === undefined ? [] : [{ ...file, bytes: content.length, sha256: sha256(content) }];
    });
    return this.set("manifest.json", `${JSON.stringify(manifest, null, 1)}\n`);
  }

  get bytes(): Buffer {
    return writeArchive(this.files);
  }
}
