/** Which patches of a picture are there at which layer. Free of the DOM. */

/** @param deaths for each patch the first layer without it; L for those that stay. */
export function isAlive(deaths: Uint16Array, patch: number, layer: number): boolean {
  return deaths[patch]! > layer;
}

/** @returns [L + 1]: how many patches are gone from each layer on; the last: how many stay. */
export function deathCounts(deaths: Uint16Array, layers: number): Uint32Array {
  const counts = new Uint32Array(layers + 1);
  for (const death of deaths) counts[Math.min(death, layers)]!++;
  return counts;
}

/** @returns [L]: how many patches each layer sees. */
export function aliveCounts(deaths: Uint16Array, layers: number): Uint32Array {
  const gone = deathCounts(deaths, layers);
  const alive = new Uint32Array(layers);
  let left = deaths.length;
  for (let layer = 0; layer < layers; layer++) {
    left -= gone[layer]!;
    alive[layer] = left;
  }
  return alive;
}
