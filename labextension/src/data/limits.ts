/** How much of anything a widget takes: what is beyond comes from a damaged or a hostile file. */

export const LIMITS = {
  /** Points of a frontier. */
  points: 200_000,
  /** Series, axes of one kind, constraints and the like. */
  items: 100,
  /** Comparisons, and points of the hypervolume's line. */
  rows: 10_000,
  layers: 512,
  /** Schedules drawn over one another. */
  schedules: 32,
  /** Samples with pictures. */
  pictures: 256,
  /** Patches of one picture. */
  patches: 65_536,
  /** Characters of an encoded picture. */
  pictureText: 4_000_000,
  /** Characters of a name; longer ones are cut when they are drawn, not refused, up to this. */
  name: 1_000,
  /** Characters of a sentence. */
  text: 10_000,
} as const;
