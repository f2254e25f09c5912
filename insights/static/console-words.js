// What may come next in a query: tables, columns of the tables it names, and words of SQL. Pure: tested without a browser.

/** @typedef {Map<string, string[]>} Tables names of tables, and of their columns */
/** @typedef {{ word: string, kind: "table" | "column" | "word" }} Suggestion */

/** How many are offered at once. */
const MOST = 8;
const WORDS = [
  "SELECT", "FROM", "WHERE", "GROUP BY", "ORDER BY", "HAVING", "LIMIT", "OFFSET", "AS", "AND", "OR", "NOT", "IN", "IS NULL",
  "IS NOT NULL", "BETWEEN", "LIKE", "ILIKE", "DISTINCT", "CASE", "WHEN", "THEN", "ELSE", "END", "JOIN", "LEFT JOIN", "INNER JOIN", "ON",
  "UNION ALL", "WITH", "ASC", "DESC", "NULLS LAST", "OVER", "PARTITION BY", "COUNT", "SUM", "AVG", "MIN", "MAX", "ROUND", "COALESCE",
  "NULLIF", "CAST", "DATE", "DATE_TRUNC", "EXTRACT", "INTERVAL", "LOWER", "UPPER",
];
/** Before these a table is named. */
const BEFORE_TABLES = /\b(from|join)\s+\w*$/i;

/**
 * Whether what is written there is a text or a remark, where nothing is completed.
 * @param {string} before
 */
function isQuoted(before) {
  const bare = before.replace(/'(?:[^']|'')*'/g, "''").replace(/"[^"]*"/g, '""');
  const line = bare.slice(bare.lastIndexOf("\n") + 1);
  return /'[^']*$/.test(bare.replace(/''/g, "")) || line.includes("--");
}

/**
 * The tables that a query reads, by the names it gives them.
 * @param {string} sql
 * @param {Tables} tables
 */
function named(sql, tables) {
  /** @type {Map<string, string>} */
  const found = new Map();
  for (const [, table = "", alias] of sql.matchAll(/\b(?:from|join)\s+(\w+)(?:\s+(?:as\s+)?(?!(?:where|group|order|join|left|inner|on|limit|having|union)\b)(\w+))?/gi)) {
    const name = table.toLowerCase();
    if (!tables.has(name)) continue;
    found.set(name, name);
    if (alias) found.set(alias.toLowerCase(), name);
  }
  return found;
}

/**
 * What may come at `caret`, and from where on the word that is being written stands; the most likely first.
 * @param {string} sql
 * @param {number} caret
 * @param {Tables} tables
 * @returns {{ from: number, found: Suggestion[] }}
 */
export function suggest(sql, caret, tables) {
  const before = sql.slice(0, caret);
  const begun = /(?:(\w+)\.)?(\w*)$/.exec(before);
  const [, of, word = ""] = begun ?? [];
  const from = caret - word.length;
  if (isQuoted(before) || (!of && word === "")) return { from, found: [] };
  const read = named(sql, tables);
  /** @type {(words: Iterable<string>, kind: Suggestion["kind"]) => Suggestion[]} */
  const all = (words, kind) => [...words].map((one) => ({ word: one, kind }));
  const columns = (/** @type {Iterable<string>} */ names) => [...new Set([...names].flatMap((name) => tables.get(name) ?? []))];
  /** @type {Suggestion[]} */
  let offered;
  if (of) offered = all(columns([read.get(of.toLowerCase()) ?? of.toLowerCase()]), "column");
  else if (BEFORE_TABLES.test(before)) offered = all(tables.keys(), "table");
  else offered = [...all(columns(new Set(read.values())), "column"), ...all(WORDS, "word"), ...all(tables.keys(), "table")];
  const start = word.toLowerCase();
  const fits = offered.filter((one) => one.word.toLowerCase().startsWith(start));
  const done = fits.length === 1 && fits[0]?.word.toLowerCase() === start;
  return { from, found: done ? [] : fits.slice(0, MOST) };
}
