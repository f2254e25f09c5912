// A new password by the link of a mail: what the link brings behind its `#` goes into the form, and out of the address.

/**
 * @param {string} hash with its `#`
 * @returns {Record<string, string>} what the fields are filled with, by their names
 */
export function brought(hash) {
  const given = new URLSearchParams(hash.slice(1));
  return Object.fromEntries(["email", "codigo"].map((name) => [name, given.get(name) ?? ""]).filter(([, value]) => value));
}

function fill() {
  const fields = brought(location.hash);
  if (!fields.codigo) return;
  // Neither the history nor whoever looks at the address has to know.
  history.replaceState(history.state, "", location.pathname + location.search);
  const field = (/** @type {string} */ name) => /** @type {HTMLInputElement | null} */ (document.querySelector(`form.form input[name=${name}]`));
  for (const [name, value] of Object.entries(fields)) {
    const input = field(name);
    if (input) input.value = value;
  }
  field("password")?.focus();
}

if (globalThis.document) {
  fill();
  // The page was open already when the link was followed.
  addEventListener("hashchange", fill);
}
