/** What the schedule widget draws: MIME data of a notebook, version 1. */
import { type Axis, DATA_VERSION, demandVersion, readAxis } from "./frontierData.js";
import { LIMITS } from "./limits.js";
import { Field } from "./reader.js";

export const SCHEDULE_MIME = "application/vnd.espalier.schedule.v1+json";

/** How many visual tokens a configuration keeps at each layer. */
export interface ScheduleRow {
  /** The configuration's id on the frontier; any unique name where there is none. */
  readonly id: string;
  readonly label: string;
  /** [L], 0 … 1, of the visual tokens before pruning; the mean over samples. */
  readonly shares: readonly number[];
  /** Where it has been evaluated: on the data's cost axis, nats, 0 … 1. */
  readonly cost: number | null;
  readonly divergence: number | null;
  readonly accuracy: number | null;
}

/**
 * Predicts the mean cost of kept shares s, on the data's cost axis: the sum over layers of `linear[i]·s_i + quadratic[i]·s_i²`, plus
 * `constant`. Exact for real-valued counts, because a layer's cost is quadratic in its tokens; null for other costs.
 */
export interface CostPrediction {
  readonly constant: number;
  readonly linear: readonly number[];
  readonly quadratic: readonly number[];
}

/** One sample's picture, cut into patches: the visual tokens in reading order. */
export interface PatchedPicture {
  readonly id: string;
  /** A PNG or JPEG, base64. */
  readonly image: string;
  readonly mime: "image/png" | "image/jpeg";
  readonly rows: number;
  readonly columns: number;
  /** By id of a schedule: for each patch the layer, from 0, at which it is no longer there; L where it stays. */
  readonly death: ReadonlyMap<string, Uint16Array>;
  readonly question: string | null;
}

/** What one token more or less at a layer is worth: nats of divergence per unit of normalised cost, with intervals. */
export interface CertificateBars {
  /** The schedule's id. */
  readonly schedule: string;
  readonly more: CertificateSide;
  readonly less: CertificateSide;
  /** In words. */
  readonly verdict: string;
}

/** [L]; NaN where a layer allows no such change. */
export interface CertificateSide {
  readonly price: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

export interface ScheduleData {
  readonly version: typeof DATA_VERSION;
  readonly widget: string;
  /** The linked frontier's widget; null for none. */
  readonly frontier: string | null;
  readonly title: string;
  readonly subtitle: string;
  /** L. */
  readonly layers: number;
  /** Mean visual tokens of a sample before pruning. */
  readonly visualTokens: number;
  /** At least one. The first is the one that is edited, others lie under it. */
  readonly schedules: readonly ScheduleRow[];
  /** Whether a schedule may keep fewer tokens and then more; false nearly always. */
  readonly mayRise: boolean;
  /** What costs are counted in: the first cost axis of the linked frontier, on which the budget stands. */
  readonly costAxis: Axis;
  readonly prediction: CostPrediction | null;
  readonly pictures: readonly PatchedPicture[];
  readonly certificate: CertificateBars | null;
  /** Code that recreates a schedule: `{shares}` stands for its shares, written as JSON. */
  readonly code: string | null;
}

/** Where the data name no axis. */
const NORMALISED: Axis = {
  key: "normalised",
  label: "Cost of the visual tokens (0%: none after layer 0, 100%: unpruned)",
  unit: "",
  format: "percent",
  better: "lower",
  scale: "linear",
};

/** @throws DataError: one sentence that names the field. */
export function readSchedule(json: unknown): ScheduleData {
  const field = new Field(json);
  demandVersion(field);
  const layers = field.get("layers").integer(1, LIMITS.layers);
  const schedules = field.get("schedules").list(LIMITS.schedules, (one) => readScheduleRow(one, layers));
  if (schedules.length === 0) field.get("schedules").fail("a list of at least one schedule");
  return {
    version: DATA_VERSION,
    widget: field.get("widget").string(),
    frontier: field.get("frontier").optional((one) => one.string()),
    title: field.get("title").string(LIMITS.text),
    subtitle: field.get("subtitle").optional((one) => one.string(LIMITS.text)) ?? "",
    layers,
    visualTokens: field.get("visualTokens").number(0),
    schedules,
    mayRise: field.get("mayRise").optional((one) => one.boolean()) ?? false,
    costAxis: field.get("costAxis").optional(readAxis) ?? NORMALISED,
    prediction: field.get("prediction").optional((one) => readPrediction(one, layers)),
    pictures:
      field.get("pictures").optional((one) => one.list(LIMITS.pictures, (item) => readPicture(item, layers))) ?? [],
    certificate: field.get("certificate").optional((one) => readCertificate(one, layers)),
    code: field.get("code").optional((one) => one.string(LIMITS.text)),
  };
}

/** @throws DataError likewise. */
export function readScheduleRow(field: Field, layers: number): ScheduleRow {
  const shares = field.get("shares").list(LIMITS.layers, (one) => one.number(0, 1));
  if (shares.length !== layers) field.get("shares").fail(`a list of ${layers} entries, one a layer`);
  return {
    id: field.get("id").string(2 * LIMITS.name),
    label: field.get("label").string(),
    shares,
    cost: field.get("cost").optional((one) => one.number()),
    divergence: field.get("divergence").optional((one) => one.number()),
    accuracy: field.get("accuracy").optional((one) => one.number(0, 1)),
  };
}

function readPrediction(field: Field, layers: number): CostPrediction {
  const column = (name: string) =>
    [...field.get(name).numbers(layers)].map((value) => (Number.isNaN(value) ? 0 : value));
  return { constant: field.get("constant").number(), linear: column("linear"), quadratic: column("quadratic") };
}

/** Characters of base64, so that nothing but a picture's bytes can stand in the address that is made of them. */
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

function readPicture(field: Field, layers: number): PatchedPicture {
  const image = field.get("image").string(LIMITS.pictureText);
  if (!BASE64.test(image)) field.get("image").fail("base64 text");
  const rows = field.get("rows").integer(1, LIMITS.patches);
  const columns = field.get("columns").integer(1, LIMITS.patches);
  if (rows * columns > LIMITS.patches)
    field.get("columns").fail(`such that there are at most ${LIMITS.patches} patches`);
  return {
    id: field.get("id").string(),
    image,
    mime: field.get("mime").oneOf(["image/png", "image/jpeg"]),
    rows,
    columns,
    death: new Map(
      field
        .get("death")
        .entries(LIMITS.schedules)
        .map(([id, one]) => [id, readDeaths(one, rows * columns, layers)]),
    ),
    question: field.get("question").optional((one) => one.string(LIMITS.text)),
  };
}

/** Base64 of one byte a patch (two, the lower first, where there are more than 255 layers). */
export function readDeaths(field: Field, patches: number, layers: number): Uint16Array {
  const text = field.string(LIMITS.patches * 4);
  if (!BASE64.test(text)) field.fail("base64 text");
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const width = layers > 255 ? 2 : 1;
  if (bytes.length !== patches * width) field.fail(`${patches * width} bytes, ${width} a patch`);
  const deaths = new Uint16Array(patches);
  for (let i = 0; i < patches; i++) {
    deaths[i] = width === 1 ? bytes[i]! : bytes[2 * i]! + 256 * bytes[2 * i + 1]!;
    if (deaths[i]! > layers) field.fail(`layers from 0 to ${layers}`);
  }
  return deaths;
}

/** @throws DataError likewise. */
export function readCertificate(field: Field, layers: number): CertificateBars {
  const side = (name: string): CertificateSide => {
    const one = field.get(name);
    return {
      price: one.get("price").numbers(layers),
      low: one.get("low").numbers(layers),
      high: one.get("high").numbers(layers),
    };
  };
  return {
    schedule: field.get("schedule").string(2 * LIMITS.name),
    more: side("more"),
    less: side("less"),
    verdict: field.get("verdict").optional((one) => one.string(LIMITS.text)) ?? "",
  };
}
