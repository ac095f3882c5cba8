import { expect } from "chai";
import { KernelError } from "../../../kernel/src/errors.js";
import { NODE_FLAGS, prepareMainThread } from "../../../kernel/src/interrupt/index.js";

describe("kernel/interrupt/mainThread", () => {
  it("says with which flags Node must be started", () => {
    expect(() => prepareMainThread()).to.throw(KernelError, NODE_FLAGS.join(" "));
  });
});
