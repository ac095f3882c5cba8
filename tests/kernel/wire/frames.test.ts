import fs from "node:fs";
import { assert, expect } from "chai";
import fc from "fast-check";
import { DEFAULT_LIMITS, DELIMITER, decode, encode, type Limits, toFrames } from "../../../kernel/src/wire/frames.js";
import { isRequestType, type Message, parseRequest, Signatures } from "../../../kernel/src/wire/index.js";

const golden = JSON.parse(
  fs.readFileSync(new URL("../../../../tests/golden/kernel/messages.json", import.meta.url), "utf8"),
) as {
  messages: { type: string; scheme: string; key: string; content: object; frames: string[] }[];
};

const object = fc.dictionary(fc.string(), fc.jsonValue());
const messages: fc.Arbitrary<Message> = fc.record({
  // An identity may be anything but the delimiter.
  identities: fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 3 }),
  header: fc.record({
    msg_id: fc.string({ minLength: 1 }),
    msg_type: fc.string({ minLength: 1 }),
    session: fc.string(),
    username: fc.string(),
  }),
  parent_header: object,
  metadata: object,
  content: object,
  buffers: fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 3 }),
});

function plain(message: Message): unknown {
  const bytes = (list: readonly Uint8Array[]) => list.map((item) => [...item]);
  const json = JSON.parse(JSON.stringify({ ...message, identities: [], buffers: [] }));
  return { ...json, identities: bytes(message.identities), buffers: bytes(message.buffers) };
}

function reasonOf(frames: readonly Uint8Array[], limits: Partial<Limits> = {}): string {
  const decoded = decode(frames, new Signatures("key"), { ...DEFAULT_LIMITS, ...limits });
  return decoded.ok ? "ok" : decoded.reason;
}

/** Signed frames of these JSON texts. */
function signed(json: readonly string[], buffers: readonly Uint8Array[] = []): Uint8Array[] {
  return toFrames({ identities: [], json: json as [string, string, string, string], buffers }, new Signatures("key"));
}

const HEADER = '{"msg_id":"1","msg_type":"t","session":"s","username":""}';

describe("kernel/wire/frames", () => {
  it("reads what jupyter_client wrote, and signs it the same", () => {
    expect(golden.messages).to.have.length(8);
    for (const { type, scheme, key, content, frames } of golden.messages) {
      const bytes = frames.map((frame) => Buffer.from(frame, "base64"));
      const hash = scheme.slice("hmac-".length);
      const decoded = decode(bytes, new Signatures(key, hash));
      assert(decoded.ok, type);
      const { message } = decoded;
      expect(message.header.msg_type).to.equal(type);
      expect(message.header.session).to.equal("front-end");
      expect(message.content).to.deep.equal(content);
      expect(isRequestType(type) && parseRequest(type, message.content).ok).to.equal(true);
      const at = bytes.findIndex((frame) => frame.equals(DELIMITER));
      const parts = bytes.slice(at + 2, at + 6);
      expect(new Signatures(key, hash).sign(parts)).to.deep.equal(bytes[at + 1]);
      expect(message.identities).to.deep.equal(bytes.slice(0, at));
      expect(message.buffers).to.deep.equal(bytes.slice(at + 6));
    }
  });

  it("decoding is the inverse of encoding", () => {
    fc.assert(
      fc.property(messages, (message) => {
        const decoded = decode(encode(message, new Signatures("key")), new Signatures("key"));
        assert(decoded.ok);
        expect(plain(decoded.message)).to.deep.equal(plain(message));
      }),
    );
  });

  it("never throws, and believes nothing that is not signed", () => {
    const frame = fc.oneof(fc.uint8Array({ maxLength: 80 }), fc.constant(DELIMITER), fc.constant(Buffer.from("{}")));
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 10 }), (frames) => {
        expect(reasonOf(frames)).to.be.oneOf(["no-delimiter", "too-few-frames", "bad-signature"]);
      }),
      { numRuns: 2000 },
    );
  });

  it("refuses a message of which one byte was changed, wherever", () => {
    fc.assert(
      fc.property(messages, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (message, part, at, change) => {
        const frames = encode(message, new Signatures("key")).map((bytes) => Buffer.from(bytes));
        const changed = frames[message.identities.length + 1 + (part % 5)]!;
        changed[at % changed.length]! ^= change;
        expect(reasonOf(frames)).to.equal("bad-signature");
      }),
    );
  });

  it("gives the reason of each refusal", () => {
    const good = signed([HEADER, "{}", "{}", "{}"]);
    expect(reasonOf(good)).to.equal("ok");
    expect(reasonOf([])).to.equal("no-delimiter");
    expect(reasonOf(good.slice(1))).to.equal("no-delimiter");
    expect(reasonOf(good.slice(0, 5))).to.equal("too-few-frames");
    expect(reasonOf([...Array(17).fill(Buffer.from("i")), ...good])).to.equal("too-many-identities");
    expect(reasonOf([Buffer.alloc(256), ...good])).to.equal("too-large");
    expect(reasonOf(good, { headerBytes: HEADER.length - 1 })).to.equal("too-large");
    expect(reasonOf(good, { jsonBytes: 1 })).to.equal("too-large");
    const buffers = signed([HEADER, "{}", "{}", "{}"], [Buffer.alloc(5), Buffer.alloc(6)]);
    expect(reasonOf(buffers, { bufferBytes: 11 })).to.equal("ok");
    expect(reasonOf(buffers, { bufferBytes: 10 })).to.equal("too-large");
    expect(reasonOf(buffers, { buffers: 1 })).to.equal("too-many-buffers");
    expect(reasonOf(signed([HEADER, "{}", "{}", `{"a":${"[".repeat(600)}${"]".repeat(600)}}`]))).to.equal("too-deep");
    expect(reasonOf(signed([HEADER, "{}", "{}", "[]"]))).to.equal("not-an-object");
    expect(reasonOf(signed([HEADER, "{", "{}", "{}"]))).to.equal("bad-json");
    for (const header of ["{}", HEADER.replace('"1"', "1"), HEADER.replace('"t"', '""'), HEADER.replace('"s"', "null")])
      expect(reasonOf(signed([header, "{}", "{}", "{}"]))).to.equal("bad-header");
    const verifier = new Signatures("key");
    decode(good, verifier);
    expect(decode(good, verifier)).to.deep.equal({ ok: false, reason: "replayed" });
  });

  it("cannot write what JSON cannot hold, and says so to who wrote it", () => {
    const message: Message = {
      identities: [],
      header: { msg_id: "1", msg_type: "t", session: "s", username: "" },
      parent_header: {},
      metadata: {},
      content: { a: 1n },
      buffers: [],
    };
    assert.throws(() => encode(message, new Signatures("key")), TypeError);
  });
});
