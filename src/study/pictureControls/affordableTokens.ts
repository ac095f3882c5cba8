/** How many visual tokens a budget affords where none is pruned. */
import { type CostModel, totalCost } from "../../cost/index.js";

/** The most visual tokens, V or fewer, whose full-model cost fits; null where not even one does. */
export function affordableTokens(
  cost: CostModel,
  budget: number,
  { text, visual }: { readonly text: number; readonly visual: number },
): number | null {
  const fits = (tokens: number) => totalCost(cost, new Array<number>(cost.layers).fill(tokens), text) <= budget;
  let low = 0;
  let high = visual;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low >= 1 && fits(low) ? low : null;
}
