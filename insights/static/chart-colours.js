// The colours of the design system, as a canvas takes them: of the theme that is shown now.

/** The colours of series, in their order: each 3:1 or more on paper, in both themes. */
const SERIES = ["--brand", "--accent", "--info", "--state-aceptado", "--warn", "--state-devuelto", "--state-pendiente", "--bad"];

/** @typedef {{ series: string[], text: string, muted: string, line: string, paper: string, wash: string, strong: string, font: string }} Colours */

/**
 * @param {HTMLElement} within what the colours are resolved in
 * @returns {Colours}
 */
export function coloursIn(within) {
  const probe = document.createElement("span");
  probe.hidden = true;
  within.append(probe);
  // A property is resolved where it is used: by itself it still says what it is in either theme.
  const resolved = (/** @type {string} */ name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const [text, muted, line, paper, wash, strong] = ["--text", "--muted", "--line", "--paper", "--brand-wash", "--brand"].map(resolved);
  const series = SERIES.map(resolved);
  probe.remove();
  const font = getComputedStyle(within).fontFamily;
  return { series, text: text ?? "", muted: muted ?? "", line: line ?? "", paper: paper ?? "", wash: wash ?? "", strong: strong ?? "", font };
}
