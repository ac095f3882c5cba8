/**
 * The prebuilt library of tfjs-node's makers, from their own host; many machines cannot reach it, so it gets a few
 * seconds to answer. `TFJS_NODE_CDN_STORAGE` names a mirror, as for tfjs-node itself.
 */
import { createWriteStream } from "node:fs";
import { mkdir, open, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { explain, SetupFailure } from "./failure.mjs";
import { megabytes, Progress } from "./progress.mjs";
import { extractTarGz } from "./tar.mjs";
import { ZipReader } from "./zip.mjs";

export const OFFICIAL_VERSION = "2.9.1";
const ANSWER_MS = 5000;
const WHOLE_MS = 300_000;

const SYSTEMS = {
  "linux-x64": ["linux", "tensorflow/libtensorflow/libtensorflow-cpu-linux-x86_64-2.9.1.tar.gz"],
  "darwin-x64": ["darwin", "tensorflow/libtensorflow/libtensorflow-cpu-darwin-x86_64-2.9.1.tar.gz"],
  "darwin-arm64": ["darwin", "tf-builds/libtensorflow_r2_7_darwin_arm64_cpu.tar.gz"],
  "win32-x64": ["windows", "tensorflow/libtensorflow/libtensorflow-cpu-windows-x86_64-2.9.1.zip"],
};

/** Why the prebuilt library cannot be used on this machine; empty when it may be tried. */
export function officialExclusion(node = process.versions.node, platform = process.platform, arch = process.arch) {
  if (Number(node.split(".")[0]) >= 22) return `there is none for Node ${node}`;
  if (SYSTEMS[`${platform}-${arch}`] === undefined) return `there is none for ${platform} on ${arch}`;
  return "";
}

async function download(url, file) {
  const { host } = new URL(url);
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), ANSWER_MS);
  let response;
  try {
    response = await fetch(url, { signal: AbortSignal.any([stop.signal, AbortSignal.timeout(WHOLE_MS)]) });
  } catch (error) {
    const reason = stop.signal.aborted ? `no answer in ${ANSWER_MS / 1000} s` : explain(error.cause ?? error);
    throw new SetupFailure(`${host}: ${reason}`);
  } finally {
    clearTimeout(late);
  }
  if (!response.ok) throw new SetupFailure(`${host} answers ${response.status} for ${basename(url)}`);
  const total = Number(response.headers.get("content-length")) || 1;
  if (total > 1e6) console.log(`${basename(url)} from ${host}: ${megabytes(total)} to download.`);
  const progress = new Progress(basename(url), total);
  let bytes = 0;
  const counted = Readable.fromWeb(response.body).on("data", (chunk) => {
    bytes += chunk.length;
    progress.update(bytes);
  });
  try {
    await pipeline(counted, createWriteStream(file));
  } catch (error) {
    progress.abandon();
    throw new SetupFailure(`${host}: the download of ${basename(url)} broke off (${explain(error)})`);
  }
}

/** Unpacks by what the file is, not by its name: the binding for Windows is a gzipped tar that is called .zip. */
async function unpack(archive, place) {
  const file = await open(archive);
  const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
  await file.close();
  if (buffer[0] === 0x1f && buffer[1] === 0x8b) return extractTarGz(archive, place);
  const zip = await ZipReader.open(archive);
  try {
    for (const name of zip.entries.keys()) {
      const destination = place(name);
      if (destination !== null) await zip.extract(name, destination);
    }
  } finally {
    await zip.close();
  }
}

/**
 * Builds the tree of files in `work`/tree; the binding looks for the library in ../../deps/lib, on Windows beside itself.
 *
 * @returns {Promise<{tree: string, binding: string}>}
 */
export async function buildFromOfficial({ work, tfjsVersion }) {
  const [system, library] = SYSTEMS[`${process.platform}-${process.arch}`];
  const host = process.env.TFJS_NODE_CDN_STORAGE ?? "https://storage.googleapis.com/";
  const extension = system === "windows" ? "zip" : "tar.gz";
  const tree = join(work, "tree");
  const folder = join(tree, "lib", "napi-v8");
  await rm(tree, { recursive: true, force: true });
  await mkdir(tree, { recursive: true });

  const binding = join(work, "binding.part");
  await download(
    `${host}tf-builds/pre-built-binary/napi-v8/${tfjsVersion}/CPU-${system}-${tfjsVersion}.${extension}`,
    binding,
  );
  await unpack(binding, (name) => (basename(name) === "tfjs_binding.node" ? join(folder, "tfjs_binding.node") : null));
  const archive = join(work, "library.part");
  await download(host + library, archive);
  const libraries = system === "windows" ? folder : join(tree, "deps", "lib");
  await unpack(archive, (name) => {
    return /^(libtensorflow.*\.(so|dylib)[\d.]*|.*\.dylib|tensorflow\.dll)$/.test(basename(name))
      ? join(libraries, basename(name))
      : null;
  });
  return { tree, binding: "lib/napi-v8/tfjs_binding.node" };
}
