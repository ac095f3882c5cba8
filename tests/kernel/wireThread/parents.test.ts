import { expect } from "chai";
import { makeHeader, newSender } from "../../../kernel/src/wire/index.js";
import { Parents } from "../../../kernel/src/wireThread/parents.js";

describe("parents of printed text", () => {
  const sender = newSender();
  const headers = Array.from({ length: 1500 }, () => makeHeader(sender, "execute_request"));

  it("knows none before the first request", () => {
    expect(new Parents().get(0)).to.equal(undefined);
  });

  it("keeps children with the request that runs when another one only prints", () => {
    const parents = new Parents();
    parents.add(1, headers[1]!, true);
    parents.add(2, headers[2]!, false);
    expect(parents.adopter).to.equal(1);
    expect(parents.get(2)).to.equal(headers[2]);
    parents.add(3, headers[3]!, true);
    expect(parents.adopter).to.equal(3);
  });

  it("forgets old requests, but never the one that runs", () => {
    const parents = new Parents();
    parents.add(1, headers[1]!, true);
    for (let i = 2; i < 1500; i++) parents.add(i, headers[i]!, false);
    expect(parents.get(1)).to.equal(headers[1]);
    expect(parents.get(2), "its text is shown where the cell runs").to.equal(headers[1]);
    expect(parents.get(1499)).to.equal(headers[1499]);
  });
});
