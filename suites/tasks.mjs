// Draws the tasks of a suite: one of each kind in turn, no two that say the same.

/**
 * `rounds` tasks of each kind, with id and tag.
 *
 * @param kinds - Functions that draw one task, by tag.
 * @param textOf - What a task says.
 */
export function drawTasks(random, kinds, { rounds, textOf }) {
  const seen = new Set();
  const draw = (make) => {
    const task = make(random);
    if (seen.has(textOf(task))) return draw(make);
    seen.add(textOf(task));
    return task;
  };
  return Array.from({ length: rounds }, () => Object.entries(kinds))
    .flat()
    .map(([tag, make], i) => ({ id: `${tag}-${String(i + 1).padStart(2, '0')}`, ...draw(make), tag }));
}
