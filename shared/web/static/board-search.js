// What is looked for on the board, and what is found: by the rules of the server (shared/wire/src/search.rs, tickets/src/tickets/search.rs).

/** Of what is looked for no more words. */
const MOST_WORDS = 6;

/**
 * Unseen marks and accents off, lower case, anything that is no letter or digit becomes one blank: as the server folds (shared/wire/src/search.rs).
 * @param {string} text
 */
export function fold(text) {
  return text.replace(/\p{Cf}/gu, "").normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();
}

/**
 * What is looked for, word by word; a telephone is one word, by its last digits, because country, area, 9 and 15 are written or
 * not (as tickets/src/tickets/search.rs).
 * @param {string} asked
 */
function wordsOf(asked) {
  const digits = asked.replace(/\D/g, "");
  if (digits.length >= 6 && /^[\d\s+().\/-]*$/.test(asked)) return [{ word: digits.slice(-8), telephone: true }];
  return asked.split(/\s+/).map(fold).filter(Boolean).slice(0, MOST_WORDS).map((word) => ({ word, telephone: false }));
}

/**
 * Those with every word that is asked for; where none has, those with some. With each, how many it has.
 * @template {{ text: string, together: string }} T
 * @param {T[]} entries their texts folded; `together` is the same without blanks
 * @param {string} asked
 * @returns {Map<T, number>}
 */
export function found(entries, asked) {
  if (!asked) return new Map(entries.map((entry) => [entry, 0]));
  const words = wordsOf(asked);
  const hits = new Map(entries.map((entry) => [entry, words.filter(({ word, telephone }) => (telephone ? entry.together : entry.text).includes(word)).length]));
  const least = [...hits.values()].includes(words.length) ? words.length : 1;
  // Marks alone ask for something that nothing is called.
  return new Map([...hits].filter(([, n]) => n > 0 && n >= least));
}
