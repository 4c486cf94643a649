/** Work on a list that overlaps, with results in the list's order. */

/**
 * Results of `run` for each item, in the items' order; while one is waited for, the next are begun.
 *
 * Ends, by an error or because no more is asked for, only when all that was begun has ended. An error comes in its item's place.
 *
 * @param items - Taken one by one, no earlier than `begun` says.
 * @param run - Called for each item in turn.
 * @param begun - How many are worked on at a time, integer >= 1.
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  run: (item: Item) => Promise<Result>,
  begun: number,
): AsyncGenerator<Result, void, undefined> {
  const running: Promise<Result>[] = [];
  try {
    for (const item of items) {
      const result = run(item);
      result.catch(() => {}); // it is awaited below, later than it may fail
      running.push(result);
      if (running.length < begun) continue;
      const [first] = running.splice(0, 1);
      if (first !== undefined) yield await first;
    }
    for (let next = running.shift(); next !== undefined; next = running.shift()) yield await next;
  } finally {
    await Promise.allSettled(running);
  }
}
