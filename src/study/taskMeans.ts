/** Accuracy task by task. */

/**
 * The mean of each task's samples, in the order in which tasks come; empty where there is one task only, whose mean is that of
 * all samples.
 *
 * @param values, tasks [S].
 */
export function taskMeans(values: readonly number[], tasks: readonly string[]): ReadonlyMap<string, number> {
  const byTask = new Map<string, number[]>();
  tasks.forEach((task, s) => {
    const own = byTask.get(task);
    if (own === undefined) byTask.set(task, [values[s]]);
    else own.push(values[s]);
  });
  if (byTask.size < 2) return new Map();
  return new Map([...byTask].map(([task, own]) => [task, own.reduce((a, b) => a + b, 0) / own.length]));
}
