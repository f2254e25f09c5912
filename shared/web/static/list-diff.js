// What has to be moved so that one list becomes another, as little as can be. Pure.

/**
 * What turns the list `before` into `after`: put each `key` before `next` (null: at the end), in this order, once the keys of
 * `gone` were taken out.
 * @param {string[]} before
 * @param {string[]} after
 * @returns {{ gone: string[], puts: { key: string, next: string | null }[] }}
 */
export function diff(before, after) {
  const wanted = new Set(after);
  const gone = before.filter((key) => !wanted.has(key));
  const left = before.filter((key) => wanted.has(key));
  const stays = longestRun(left, new Map(after.map((key, place) => [key, place])));
  const puts = [];
  // From the end, so that what something is put before is in its place already.
  for (let place = after.length - 1; place >= 0; place--) {
    const key = /** @type {string} */ (after[place]);
    if (!stays.has(key)) puts.push({ key, next: after[place + 1] ?? null });
  }
  return { gone, puts };
}

/**
 * The most keys that are in the right order already (the longest increasing subsequence): these need not move.
 * @param {string[]} keys
 * @param {Map<string, number>} places
 */
function longestRun(keys, places) {
  const at = keys.map((key) => places.get(key) ?? 0);
  /** @type {number[]} the index that ends the best run of each length */
  const ends = [];
  const previous = at.map(() => -1);
  for (const [index, place] of at.entries()) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (/** @type {number} */ (at[/** @type {number} */ (ends[middle])]) < place) low = middle + 1;
      else high = middle;
    }
    if (low > 0) previous[index] = /** @type {number} */ (ends[low - 1]);
    ends[low] = index;
  }
  const run = new Set();
  for (let index = ends.at(-1) ?? -1; index >= 0; index = previous[index] ?? -1) run.add(keys[index]);
  return run;
}
