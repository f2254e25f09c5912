// Something that is asked for often and done now and then: at once, and then no oftener than so often. What was asked for in
// between is done once, when it is time again.

/**
 * @param {() => void} run
 * @param {number} everyMs
 * @param {(run: () => void, ms: number) => unknown} [later]
 * @returns {() => void} asks for it
 */
export function paced(run, everyMs, later = setTimeout) {
  let rests = false;
  let asked = false;
  const ask = () => {
    asked = rests;
    if (rests) return;
    rests = true;
    later(() => {
      rests = false;
      if (asked) ask();
    }, everyMs);
    run();
  };
  return ask;
}
