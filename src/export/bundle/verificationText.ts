/** What verifying found, as a table and as JSON. */
import { layOut } from "../columns.js";
import { printable } from "../format.js";
import { TOLERANCE } from "./compare.js";
import type { Check, Verification } from "./verify.js";

/**
 * A line for each check, and below those that differ what does. Ended by line feeds.
 *
 * @param bold how heads are set off; default not at all.
 *
 * @example
 * console.log(renderChecks(verification.checks.filter(({ verdict }) => verdict === "differs")));
 */
export function renderChecks(checks: readonly Check[], bold: (text: string) => string = (text) => text): string {
  const columns = [
    { head: "checked", align: "left", cells: checks.map(({ what }) => printable(what)) },
    { head: "verdict", align: "left", cells: checks.map(({ verdict }) => verdict) },
  ] as const;
  const [heads, ...lines] = layOut(columns, bold);
  const all = [heads];
  for (const [i, { differences, count }] of checks.entries()) {
    all.push(lines[i], ...differences.map((difference) => `    ${difference}`));
    if (count > differences.length) all.push(`    … and ${(count - differences.length).toLocaleString("en")} more`);
  }
  return `${all.join("\n")}\n`;
}

/**
 * The verification in words: who signed, what was checked, and the verdict. Ended by line feeds.
 *
 * @param verification what `verifyBundle` found.
 * @param options `source`: what the bundle is called; `tolerance`: the relative one that it was verified with, default 1e-9;
 *   `bold`: how heads are set off, default not at all.
 *
 * @example
 * console.log(renderVerification(verification, { source: "evidence.zip" }));
 */
export function renderVerification(
  { manifest, digest, signedBy, checks, ok }: Verification,
  {
    source,
    tolerance = TOLERANCE.relative,
    bold,
  }: { source: string; tolerance?: number; bold?: (text: string) => string },
): string {
  const names = manifest.studies.map(({ name }) => printable(name)).join(", ");
  const signed = signedBy === null ? "not signed" : `signed by the key ${signedBy}`;
  const generator = Object.entries(manifest.generator).map(([name, version]) => printable(`${name} ${version}`));
  const differing = checks.filter(({ verdict }) => verdict === "differs").length;
  const rounded = checks.filter(({ verdict }) => verdict === "within tolerance").length;
  const within = rounded === 0 ? "" : `, ${rounded} of them within a relative tolerance of ${tolerance}`;
  const verdict = ok
    ? `Verified: all ${checks.length} checks hold${within}. Tables and figures follow from the scores in the bundle; whether the scores do from the model, --rerun says.`
    : `Not verified: ${differing} of ${checks.length} checks ${differing === 1 ? "differs" : "differ"}.`;
  return [
    `${printable(source)}: ${names}; packed by ${generator.join(", ")}; ${signed}`,
    `manifest ${digest}`,
    "",
    renderChecks(checks, bold),
    verdict,
    "",
  ].join("\n");
}

/**
 * The verification as JSON, ended by a line feed.
 *
 * @param verification what `verifyBundle` found. @param rerun what running again found, put in as it is; default left out.
 *
 * @example
 * const json = verificationJson(verification);
 */
export function verificationJson({ manifest, digest, signedBy, checks, ok }: Verification, rerun?: unknown): string {
  const studies = manifest.studies.map(({ name }) => name);
  const content = {
    ...{ format: "espalier.verification", version: 1, ok, digest, signedBy, studies, checks },
    ...(rerun === undefined ? {} : { rerun }),
  };
  return `${JSON.stringify(content, null, 1)}\n`;
}
