import { expect } from "chai";
import { registerRepresentation, toMimeBundle } from "../../../kernel/src/display/index.js";

describe("kernel/display/registered", () => {
  const withdrawals: (() => void)[] = [];
  afterEach(() => {
    for (const withdraw of withdrawals.splice(0)) withdraw();
  });
  const register: typeof registerRepresentation = (representation) => {
    const withdraw = registerRepresentation(representation);
    withdrawals.push(withdraw);
    return withdraw;
  };
  const points = [{ x: 1, kind: "point" }];
  const isPoints = (value: object) => Array.isArray(value) && "kind" in value[0];

  it("asks a library's representation before the kernel's own, and the latest first", async () => {
    register((value) => (isPoints(value) ? { "text/html": "<b>first</b>", "text/plain": "first" } : undefined));
    const withdraw = register((value) =>
      isPoints(value) ? { "image/png": Buffer.of(1, 2) as unknown as string } : undefined,
    );
    const { data } = await toMimeBundle(points);
    expect(data["image/png"]).to.equal("AQI=");
    expect(data["text/plain"]).to.equal("[ { x: 1, kind: 'point' } ]");
    withdraw();
    expect((await toMimeBundle(points)).data["text/plain"]).to.equal("first");
  });

  it("leaves other values to the kernel, and a value's own word goes first", async () => {
    register((value) => (isPoints(value) ? { "text/plain": "library" } : undefined));
    expect((await toMimeBundle([{ a: 1 }])).data).to.have.property("text/html");
    const own = Object.assign([...points], { toHtml: () => "<i>own</i>" });
    expect((await toMimeBundle(own)).data["text/html"]).to.equal("<i>own</i>");
  });

  it("waits for a promise, and notes what went wrong", async () => {
    const withdraw = register(async (value) => (isPoints(value) ? { "text/plain": "later" } : {}));
    expect((await toMimeBundle(points)).data["text/plain"]).to.equal("later");
    withdraw();
    register((value) => {
      if (isPoints(value)) throw new TypeError("no such axis");
      return undefined;
    });
    expect((await toMimeBundle(points)).data["text/plain"]).to.match(/kind: 'point'.*TypeError: no such axis/s);
  });
});
