import { createHmac } from "node:crypto";
import { assert, expect } from "chai";
import fc from "fast-check";
import { KernelError } from "../../../kernel/src/errors.js";
import { Signatures } from "../../../kernel/src/wire/signature.js";

const parts = fc.tuple(...Array.from({ length: 4 }, () => fc.uint8Array({ maxLength: 40 })));

describe("kernel/wire/signature", () => {
  it("is the HMAC of the parts one after the other, in hexadecimal digits", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), parts, (key, bytes) => {
        const wanted = createHmac("sha256", key).update(Buffer.concat(bytes)).digest("hex");
        expect(new Signatures(key).sign(bytes).toString()).to.equal(wanted);
      }),
    );
  });

  it("accepts its own once, and refuses it with any bit changed", () => {
    fc.assert(
      fc.property(parts, fc.nat(), fc.nat({ max: 7 }), (bytes, at, bit) => {
        const signature = new Signatures("key").sign(bytes);
        const verifier = new Signatures("key");
        const changed = Buffer.from(signature);
        changed[at % changed.length]! ^= 1 << bit;
        expect(verifier.verify(changed, bytes)).to.equal("forged");
        const index = at % 4;
        const others = bytes.map((part, i) => (i === index ? Buffer.concat([part, Buffer.from("x")]) : part));
        expect(verifier.verify(signature, others)).to.equal("forged");
        expect(verifier.verify(signature, bytes)).to.equal("genuine");
        expect(verifier.verify(signature, bytes)).to.equal("replayed");
      }),
    );
  });

  it("refuses other lengths, other digits and other keys", () => {
    const verifier = new Signatures("key");
    const signature = verifier.sign([]);
    for (const bytes of [
      Buffer.alloc(0),
      signature.subarray(1),
      Buffer.concat([signature, signature]),
      Buffer.from(signature.toString().toUpperCase()),
      new Signatures("other").sign([]),
      new Signatures("key", "sha512").sign([]),
    ])
      expect(verifier.verify(bytes, [])).to.equal("forged");
    expect(verifier.verify(signature, [])).to.equal("genuine");
  });

  it("without a key it neither signs nor checks, as the protocol says", () => {
    const none = new Signatures("");
    expect(none.sign([Buffer.from("a")])).to.have.length(0);
    expect(none.verify(Buffer.from("anything"), [])).to.equal("genuine");
    expect(none.verify(Buffer.from("anything"), [])).to.equal("genuine");
  });

  it("remembers so many and no more, the newest; forged ones push none out", () => {
    const verifier = new Signatures("key", "sha256", 3);
    const messages = ["a", "b", "c", "d"].map((text) => [Buffer.from(text)]);
    for (const message of messages) expect(verifier.verify(verifier.sign(message), message)).to.equal("genuine");
    for (let i = 0; i < 10; i++) verifier.verify(Buffer.alloc(64, i), []);
    for (const message of messages.slice(1))
      expect(verifier.verify(verifier.sign(message), message)).to.equal("replayed");
    expect(verifier.verify(verifier.sign(messages[0]!), messages[0]!)).to.equal("genuine");
  });

  it("refuses a hash that is not there", () => {
    assert.throws(() => new Signatures("key", "md0"), KernelError, /md0.*use sha256/);
  });
});
