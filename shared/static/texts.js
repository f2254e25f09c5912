// What modules say, in the language of the page: the document carries it (shared/texts, keys that begin with js-).

/**
 * The text called `key`, its variables filled in.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  const text = globalThis.document?.getElementById("texts")?.getAttribute(`data-${key}`) ?? key;
  return text.replace(/\{\$(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
