// What modules say, in the language of the page: the document carries it (shared/texts, keys that begin with js-; what
// only one page's modules say is in its own `<template id="page-texts">`).

/**
 * The text called `key`, its variables filled in.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  const text = said("texts", key) ?? said("page-texts", key) ?? key;
  return text.replace(/\{\$(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/**
 * @param {string} id
 * @param {string} key
 */
function said(id, key) {
  return globalThis.document?.getElementById(id)?.getAttribute(`data-${key}`);
}
