import { expect } from "chai";
import { replaceStandardStreams } from "../../../kernel/src/session/index.js";

type Stream = NodeJS.WriteStream & { readonly fd: number };

describe("kernel/session/outputStreams", () => {
  const before = { stdout: process.stdout, stderr: process.stderr };
  const written: string[] = [];
  let streams: { stdout: Stream; stderr: Stream };

  // The process has them only for a moment: mocha itself prints.
  beforeEach(() => {
    written.length = 0;
    const descriptors = (["stdout", "stderr"] as const).map(
      (name) => [name, Object.getOwnPropertyDescriptor(process, name)!] as const,
    );
    replaceStandardStreams((name, text) => void written.push(`${name}: ${text}`));
    streams = { stdout: process.stdout as Stream, stderr: process.stderr as Stream };
    for (const [name, descriptor] of descriptors) Object.defineProperty(process, name, descriptor);
  });

  it("takes what is written at once, in order, and calls back later", async () => {
    const called = new Promise((resolve) => {
      expect(streams.stdout.write("a", resolve)).to.equal(true);
      streams.stderr.write("b");
      streams.stdout.write(Buffer.from("c"), resolve);
    });
    expect(written).to.deep.equal(["stdout: a", "stderr: b", "stdout: c"]);
    await called;
    expect([process.stdout, process.stderr]).to.deep.equal([before.stdout, before.stderr]);
  });

  it("puts characters together that come in pieces", () => {
    const bytes = Buffer.from("é😀");
    for (const byte of bytes) streams.stdout.write(Uint8Array.of(byte));
    expect(written.map((line) => line.slice("stdout: ".length)).join("")).to.equal("é😀");
  });

  it("is closed by nothing", async () => {
    await new Promise<void>((resolve) => streams.stdout.end("last", () => resolve()));
    streams.stdout.destroy();
    streams.stdout.write("after");
    expect(written).to.deep.equal(["stdout: last", "stdout: after"]);
  });

  it("refuses what is no text", () => {
    for (const value of [5, null, {}, undefined])
      expect(() => streams.stdout.write(value as never)).to.throw(TypeError, "takes text or a Uint8Array");
    expect(written).to.deep.equal([]);
  });

  it("says what programs ask that want to colour", () => {
    const { stdout, stderr } = streams;
    expect([stdout.fd, stderr.fd, stdout.isTTY]).to.deep.equal([1, 2, false]);
    expect([stdout.getColorDepth(), stdout.hasColors(), stdout.hasColors(256)]).to.deep.equal([4, true, false]);
  });
});
