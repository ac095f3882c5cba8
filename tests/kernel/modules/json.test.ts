import { expect } from "chai";
import fc from "fast-check";
import { KernelError } from "../../../kernel/src/errors.js";
import { jsonNamespace, jsonSource, parseJson } from "../../../kernel/src/modules/json.js";

describe("kernel/modules/json", () => {
  it("gives the same module as a namespace and as source", async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const text = JSON.stringify(value);
        const source = jsonSource(JSON.parse(text));
        const module = (await import(`data:text/javascript,${encodeURIComponent(source)}`)) as object;
        expect({ ...module }).to.deep.equal({ ...jsonNamespace(JSON.parse(text)) });
      }),
      { examples: [[JSON.parse('{ "__proto__": null, "default": 1 }')]] },
    );
  });

  it("says which file is wrong", () => {
    expect(() => parseJson("/x/data.json", "{")).to.throw(KernelError, /^\/x\/data\.json is not JSON: .*Mend the file/);
  });
});
