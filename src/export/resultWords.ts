/** The words that results are written in. */

/** Value of `format` in every file of results. */
export const RESULTS_FORMAT = "espalier.results";
/** Version of the schema that this program writes and reads. */
export const RESULTS_VERSION = 1;

/** Units in which a cost is stated (METHOD §2). */
export const COST_UNITS = [
  "paperMacs",
  "exactMacs",
  "exactFlops",
  "kvBytes",
  "normalised",
  "share",
  "textOnly",
  "ms",
] as const;
/** Units in which a budget may be given (METHOD §2). */
export const RESULT_BUDGET_UNITS = ["normalised", "share", "textOnly", "kvBytes", "ms"] as const;
/** What a paired comparison may conclude. */
export const VERDICTS = ["a better", "b better", "not distinguishable"] as const;
/** The two ways in which a certificate changes a layer. */
export const MOVES = ["more", "less"] as const;
/** What a certificate may conclude of an exchange of tokens. */
export const EXCHANGE_VERDICTS = ["better", "not distinguishable"] as const;
