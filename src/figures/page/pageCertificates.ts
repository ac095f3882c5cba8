/** The page's section of certificates: the figure, and what it says in sentences. */
import { certifiedName, printable, type Results, spreadText } from "../../export/index.js";
import { certificateRemark, certificateSpecification } from "../certificate.js";
import { renderSvg } from "../render.js";
import { escapeHtml, withOwnIds } from "./html.js";

/** @returns the section as HTML; nothing where the results hold no certificate. */
export async function certificatesSection(results: Results): Promise<string> {
  const certificates = results.certificates ?? [];
  if (certificates.length === 0) return "";
  const specification = certificateSpecification(results, { width: 760, title: null });
  const svg = withOwnIds(await renderSvg(specification), "certificates");
  const sentences = certificates.flatMap((certificate) => {
    const spread = spreadText(certificate);
    return spread === "" ? [] : [`${certifiedName(certificate)}: ${spread}`];
  });
  const notes = [certificateRemark(results), ...sentences];
  return `<section><h2>Certificates: what a token is worth at each layer</h2>
<figure id="certificates-figure">${svg}</figure>
${notes.map((note) => `<p class="note">${escapeHtml(printable(note))}</p>`).join("\n")}
</section>
`;
}
