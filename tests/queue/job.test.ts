import { createHash } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import {
  canonicalJson,
  contentId,
  decodeResult,
  type EvaluationJob,
  encodeResult,
  evaluationJob,
  type Json,
  parseJob,
} from "../../src/queue/index.js";
import { resultOf, testJob } from "./jobs.js";

describe("queue/canonicalJson", () => {
  it("writes what RFC 8785 writes", () => {
    // The examples of its sections 3.2.2 and 3.2.3.
    const value = JSON.parse(
      String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
    ) as Json;
    expect(canonicalJson(value)).to.equal(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
    const sorted = { "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\u{1f600}": 5, "\u0080": 6, "\u00f6": 7 };
    expect(Object.values(JSON.parse(canonicalJson(sorted)) as object).sort()).to.deep.equal([1, 2, 3, 4, 5, 6, 7]);
    expect([...canonicalJson(sorted).matchAll(/:(\d)/g)].map(([, digit]) => Number(digit))).to.deep.equal([
      2, 4, 6, 7, 1, 5, 3,
    ]);
  });

  it("is one text for one value, whatever the order of its keys", () => {
    const shuffled = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shuffled);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, member]) => [key, shuffled(member)]),
      );
    };
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value as Json);
        expect(canonicalJson(shuffled(value) as Json)).to.equal(text);
        expect(canonicalJson(JSON.parse(text) as Json)).to.equal(text);
      }),
    );
  });

  it("refuses what JSON cannot hold", () => {
    expect(() => canonicalJson([Number.NaN])).to.throw(TypeError, "NaN");
  });
});

describe("queue/job", () => {
  it("is named by the hash of what determines its result", () => {
    const { source: _, ...content } = testJob(5);
    // Keys in the order of their names, as the standard has it.
    const text = JSON.stringify(content, [
      "backend",
      "code",
      "counts",
      "metric",
      "model",
      "samples",
      "digest",
      "indices",
      "selector",
      "name",
      "seed",
      "wire",
    ]);
    expect(contentId(testJob(5))).to.equal(createHash("sha256").update(text).digest("hex"));
    expect(contentId(testJob(5, { path: "/elsewhere" }))).to.equal(contentId(testJob(5)));
  });

  it("has another name when anything that matters is another", () => {
    const job = testJob(5);
    const others: EvaluationJob[] = [
      { ...job, code: "1.2.4" },
      { ...job, backend: "wasm" },
      { ...job, model: "sha256:other" },
      { ...job, samples: { ...job.samples, digest: "sha256:other" } },
      { ...job, samples: { ...job.samples, indices: [0, 2, 1] } },
      { ...job, selector: { ...job.selector, name: "random" } },
      { ...job, selector: { ...job.selector, seed: 8 } },
      { ...job, counts: [job.counts[1], job.counts[0], job.counts[2]] },
      { ...job, metric: "anls" },
    ];
    expect(new Set([job, ...others].map(contentId)).size).to.equal(others.length + 1);
  });

  it("goes to JSON and back", () => {
    const job = testJob(5, { model: "/models/tiny", parts: [1, null, { deep: true }] });
    expect(parseJob(JSON.parse(JSON.stringify(job)))).to.deep.equal(job);
  });

  const { wire: _, ...fields } = testJob(5);
  const wrong: [string, () => unknown, RegExp][] = [
    ["no samples", () => evaluationJob({ ...fields, samples: { digest: "d", indices: [] } }), /at samples\.indices/],
    [
      "counts of too few samples",
      () => evaluationJob({ ...fields, counts: [[1]] }),
      /counts for 1 samples, and names 3/,
    ],
    ["ragged counts", () => evaluationJob({ ...fields, counts: [[1], [1, 2], [1]] }), /counts for 1 and for 2 layers/],
    ["a negative count", () => evaluationJob({ ...fields, counts: [[1], [-1], [1]] }), /at counts\.1\.0/],
    ["half a token", () => evaluationJob({ ...fields, counts: [[1], [0.5], [1]] }), /at counts\.1\.0/],
    ["a code of no version", () => evaluationJob({ ...fields, code: "a:b" }), /at code/],
    [
      "a seed of no number",
      () => evaluationJob({ ...fields, selector: { name: "x", seed: Number.NaN } }),
      /at selector\.seed/,
    ],
    ["something more", () => parseJob({ ...testJob(5), more: 1 }), /not valid at its root/],
    ["nothing", () => parseJob(null), /not valid at its root/],
    ["a later format", () => parseJob({ wire: 9 }), /in version 9 of the queue's format and version 1 is read here/],
  ];
  for (const [what, make, sentence] of wrong) {
    it(`refuses ${what}`, () => {
      expect(make).to.throw(sentence).with.property("name", "EspalierError");
    });
  }
});

describe("queue/result", () => {
  const double = fc.double({ noNaN: false });
  const triple = <T>(arbitrary: fc.Arbitrary<T>) => fc.array(arbitrary, { minLength: 3, maxLength: 3 });

  it("keeps every bit on its way", () => {
    const job = testJob(1);
    fc.assert(
      fc.property(triple(double), triple(double), triple(fc.boolean()), (divergence, accuracy, exact) => {
        const result = { divergence, accuracy, exact, layerForwards: 9, seconds: 0.1 };
        const back = decodeResult(job, JSON.parse(JSON.stringify(encodeResult(job, result))));
        expect(back.exact).to.deep.equal(exact);
        for (const key of ["divergence", "accuracy"] as const) {
          expect(back[key].every((value, i) => Object.is(value, result[key][i]))).to.equal(true);
        }
        expect([back.layerForwards, back.seconds]).to.deep.equal([9, 0.1]);
      }),
    );
  });

  it("refuses one of other samples, and a damaged one", () => {
    const job = testJob(1);
    const wire = encodeResult(job, resultOf(job));
    const short = { ...resultOf(job), exact: [true] };
    expect(() => encodeResult(job, short)).to.throw("1 values of exact for a job of 3 samples");
    expect(() => decodeResult(job, { ...wire, divergence: "" })).to.throw("0 values of divergence");
    expect(() => decodeResult(job, { ...wire, accuracy: "not base64" })).to.throw("not valid at accuracy");
    expect(() => decodeResult(job, { ...wire, wire: 2 })).to.throw("not valid at wire");
    expect(() => decodeResult(job, "nonsense")).to.throw("not valid at its root");
  });
});
