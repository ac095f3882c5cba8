import { createHash } from "node:crypto";
import { Script } from "node:vm";
import { expect } from "chai";
import fc from "fast-check";
import { EspalierError } from "../../src/errors.js";
import { type Results, validateResults } from "../../src/export/index.js";
import { renderPage } from "../../src/figures/index.js";
import { embedJson, escapeHtml } from "../../src/figures/page/html.js";
import { syntheticCertificate, withCertificates } from "../export/syntheticCertificate.js";
import { syntheticResults } from "../export/syntheticResults.js";

const results = syntheticResults({ gridPoints: 20, samples: 6, budgets: [0.1, 0.3, 0.6] });

/** The text of a script element by its id, as a browser's parser would see it: up to the first end tag. */
function block(page: string, id: string): string {
  const start = page.indexOf(`id="${id}">`) + `id="${id}">`.length;
  return page.slice(start, page.indexOf("</script", start));
}

const attack = `</script><script>alert(1)</script><!--<img src=x onerror=alert(1)>"' onload=x \u2028&amp;`;

function hostileResults(): Results {
  const hostile = structuredClone(results);
  hostile.model.name = attack;
  hostile.study = attack;
  hostile.selector = attack;
  hostile.notes = [attack];
  hostile.seconds = { [attack]: 1 };
  hostile.versions = { [attack]: attack };
  const rename = (item: { series: string; configuration: string }) => {
    item.configuration = attack + item.configuration;
    if (item.series !== "grid") item.series = attack + item.series;
  };
  for (const item of [...hostile.means, ...hostile.frontier, ...hostile.rows]) rename(item);
  for (const comparison of hostile.comparisons) comparison.b = attack;
  return hostile;
}

describe("the results page", () => {
  let page: string;
  before(async () => {
    page = await renderPage(results, { title: "Quickstart" });
  });

  it("is the same bytes for the same results", async () => {
    expect(await renderPage(results, { title: "Quickstart" })).to.equal(page);
  });

  it("carries the results and their CSV, whole", () => {
    expect(validateResults(JSON.parse(block(page, "results")))).to.deep.equal(results);
    expect((JSON.parse(block(page, "csv")) as string).split("\r\n")).to.have.length(results.means.length + 2);
  });

  it("leaves many rows out and says so", async () => {
    const without = await renderPage(results, { maximumRows: 10 });
    expect(validateResults(JSON.parse(block(without, "results"))).rows).to.deep.equal([]);
    expect(without).to.match(/rows per sample are in the file/);
  });

  it("shows each schedule of the frontier, and marks that its figure knows", () => {
    const { schedules } = JSON.parse(block(page, "view")) as {
      schedules: { label: string; description: string; shares: number[] }[];
    };
    expect(schedules.map((schedule) => schedule.label)).to.deep.equal(["10%", "30%", "60%"]);
    for (const schedule of schedules) {
      expect(schedule.shares).to.have.length(results.model.layers);
      expect(page).to.include(`<path aria-label="${schedule.description}"`);
    }
  });

  it("lets run and load only what is in it", () => {
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(page)![1]!;
    const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    const script = /<script>([\s\S]*?)<\/script>/.exec(page)![1]!;
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)![1]!;
    expect(policy)
      .to.include("default-src 'none'")
      .and.include(`script-src ${hash(script)}`);
    expect(policy)
      .to.include(`style-src ${hash(style)}`)
      .and.not.match(/unsafe|https?:|\*/);
    expect(page.match(/<script>/g)).to.have.length(1);
    expect(page).to.not.match(/ style="| on[a-z]+="|<link|<iframe|<img|src=/);
    const addresses = new Set(page.match(/https?:[^"'\s<]*/g));
    expect([...addresses].filter((address) => !address.startsWith("http://www.w3.org/"))).to.deep.equal([]);
    expect(() => new Script(script)).to.not.throw();
  });

  it("gives each drawing clip paths of its own", () => {
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).to.equal(ids.length);
    for (const [, id] of page.matchAll(/url\(#([^)]+)\)/g)) expect(ids).to.include(id);
  });

  it("shows certificates where there are any, and no section of them otherwise", async () => {
    expect(page).to.not.include('certificates-figure"');
    const certified = withCertificates(results, [0.3, 0.6]);
    const written = await renderPage(certified);
    expect(written)
      .to.include("Certificates: what a token is worth at each layer")
      .and.include("Moving one token from layer 7 to layer 1")
      .and.match(/search at 30%: Prices run from .* to .* apart/);
    const ids = [...written.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).to.equal(ids.length);
    expect(validateResults(JSON.parse(block(written, "results")))).to.deep.equal(certified);
  });

  it("treats hostile names as text", async () => {
    const hostile = withCertificates(hostileResults(), []);
    const named = hostile.means.find(({ budget }) => budget === 0.3)!;
    hostile.certificates = [syntheticCertificate(named)];
    const written = await renderPage(hostile);
    expect(written.match(/<script/g)).to.have.length(page.match(/<script/g)!.length);
    expect(written.match(/<\/script/g)).to.have.length(page.match(/<\/script/g)!.length);
    expect(written).to.not.match(/<img|<!--/);
    for (const id of ["view", "csv", "results"]) expect(block(written, id)).to.not.match(/[<>&\u2028]/);
    const tags = (text: string) => text.match(/<[a-z]+ [^>]*?\son[a-z]+=/gi);
    expect(tags(written.replace(/"[^"]*"/g, '""'))).to.equal(null);
    expect(JSON.parse(block(written, "results"))).to.deep.equal(hostile);
  });

  it("has no broken attribute whatever the names", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(escapeHtml(text)).to.not.match(/[<>"']/);
        const embedded = embedJson(JSON.stringify(text));
        expect(embedded).to.not.match(/[<>&\u2028\u2029]/);
        expect(JSON.parse(embedded)).to.equal(text);
      }),
    );
  });

  it("lists benchmarks where there are any, names as text", async () => {
    expect(page).to.not.include("<h2>Benchmarks");
    const score = { name: "<b>MME</b>", benchmark: "MME", samples: 4, score: 61.25, parts: {} };
    const unpruned = { ...results.unpruned!, benchmarks: { mean: 61.25, scores: [score] } };
    const shown = await renderPage({ ...results, unpruned });
    expect(shown).to.include(
      '<th scope="col">budget</th><th scope="col">&lt;b&gt;MME&lt;/b&gt;</th><th scope="col">mean</th>',
    );
    expect(shown).to.include("<tr><td>unpruned</td><td>61.3</td><td>61.3</td></tr>");
  });

  it("is drawn for results without a frontier, and refused for ones that are not valid", async () => {
    const empty = {
      ...results,
      means: [],
      frontier: [],
      rows: [],
      comparisons: [],
      quality: null,
      grid: null,
      unpruned: null,
    };
    expect(await renderPage(empty)).to.include("nothing has been evaluated yet");
    const broken = await renderPage({ ...results, selector: "" }).catch((error: unknown) => error);
    expect(broken).to.be.instanceOf(EspalierError);
  });
});
