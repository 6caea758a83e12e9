/** What is wanted of a figure, and whether it was reached. */

/** The figure has to be at least so much. */
export function atLeast(wanted, figure, what) {
  return { ok: figure >= wanted, text: `${what}: ${shown(figure)}, want at least ${wanted}` };
}

/** The figure has to be at most so much. */
export function atMost(wanted, figure, what) {
  return { ok: figure <= wanted, text: `${what}: ${shown(figure)}, want at most ${wanted}` };
}

/** The figure has to be exactly this. */
export function exactly(wanted, figure, what) {
  return { ok: figure === wanted, text: `${what}: ${shown(figure)}, want ${wanted}` };
}

function shown(figure) {
  return Number.isInteger(figure) ? `${figure}` : figure.toPrecision(3);
}
