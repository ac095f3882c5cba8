/** The schedule widget's MIME data (`labextension/src/data/scheduleData.ts` describes and reads them). */
import { DATA_VERSION } from "../../../labextension/src/data/index.js";
import type { QuadraticCost } from "../../cost/index.js";
import type { CostUnit } from "../../export/index.js";
import type { PictureSurvival } from "../../study/index.js";
import { axesOf } from "./frontierJson.js";
import { clean } from "./point.js";
import { type ShownSchedule, scheduleRow } from "./shownSchedule.js";

/** Longest side of a picture in a notebook, in pixels. */
const PICTURE_SIDE = 384;
/** Of its JPEG: patches lie over it, so it need not be better. */
const QUALITY = 78;

export interface ScheduleParts {
  readonly widget: string;
  readonly frontier: string | null;
  readonly title: string;
  readonly subtitle: string;
  readonly visualTokens: number;
  readonly schedules: readonly ShownSchedule[];
  /** Of the schedules' costs and the prediction. */
  readonly unit: CostUnit;
  readonly prediction: QuadraticCost | null;
  readonly pictures: readonly object[];
  readonly certificate: object | null;
}

export function scheduleJson({ unit, ...parts }: ScheduleParts): object {
  const { schedules, prediction, title, subtitle } = parts;
  return {
    ...parts,
    costAxis: axesOf([unit], null).costs[0],
    version: DATA_VERSION,
    title: clean(title),
    subtitle: clean(subtitle),
    layers: schedules[0]!.shares.length,
    schedules: schedules.map(scheduleRow),
    mayRise: false,
    prediction:
      prediction === null
        ? null
        : {
            constant: prediction.constant,
            linear: prediction.linear,
            quadratic: prediction.quadratic,
          },
    code: "const mean = await study.evaluate({ shares: {shares} });",
  };
}

/** A sample's picture, without what schedules leave of it. */
export async function pictureJson({ id, picture, rows, columns }: PictureSurvival): Promise<object> {
  // Loaded when the first picture is shown: most notebooks show none.
  const { default: sharp } = await import("sharp");
  const { width, height, data } = picture;
  const jpeg = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize({ width: PICTURE_SIDE, height: PICTURE_SIDE, fit: "inside", withoutEnlargement: true })
    .jpeg({ quality: QUALITY, mozjpeg: true })
    .toBuffer();
  return { id: clean(id), image: jpeg.toString("base64"), mime: "image/jpeg", rows, columns, question: null };
}

/** When patches go: one byte each, two where there are more than 255 layers. */
export function deathText(lost: Uint16Array, layers: number): string {
  const bytes = layers > 255 ? new Uint8Array(lost.buffer, lost.byteOffset, lost.byteLength) : Uint8Array.from(lost);
  return Buffer.from(bytes).toString("base64");
}
