/** A certificate, as `study.certificate()` gives it: prices by layer, and the sentences that follow from them. */
import type { Representation } from "../../../kernel/src/api/index.js";
import { type ResultCertificate, renderCertificate } from "../../export/index.js";
import { oneCertificateSpecification } from "../../figures/index.js";
import { figureBundle } from "./figure.js";
import { fieldsOf } from "./shape.js";

export const certificate: Representation = (value) => {
  if (!isCertificate(value)) return undefined;
  const text = renderCertificate(value);
  return value.spread === null
    ? { "text/plain": text.trimEnd() }
    : figureBundle(oneCertificateSpecification(value), text);
};

function isCertificate(value: object): value is ResultCertificate {
  const fields = fieldsOf(value, ["configuration", "tokens", "layers", "commonPrice", "spread", "exchange"]);
  if (fields === undefined || !Array.isArray(fields.layers)) return false;
  return fields.layers.every((layer) => fieldsOf(layer, ["layer", "more", "less"]) !== undefined);
}
