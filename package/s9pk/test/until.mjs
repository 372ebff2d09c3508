import { setTimeout } from 'node:timers/promises'

const DEADLINE = 90_000

/** Waits until there is something, and gives it back. What fails meanwhile is told only if time runs out. */
export async function until(what, condition, interval = 5) {
  const end = performance.now() + DEADLINE
  for (;;) {
    const [found, error] = await Promise.resolve(condition()).then(
      found => [found],
      error => [undefined, error],
    )
    if (found) return found
    if (performance.now() > end) throw new Error(`in vain waited for this: ${what}`, { cause: error })
    await setTimeout(interval)
  }
}
