import type { Trigger } from '@start9labs/start-sdk/lib/trigger'
import { stat } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'

const SECOND = 1_000
/** How often a service that is well is asked though nothing is new. */
const CALM = 30

/**
 * When the health check runs: as the SDK does by itself, each second while something is amiss and each half minute while
 * all is well; but a file that is saved is looked at within two seconds. To see that costs one `stat` a second.
 */
export function whenSomethingIsNew(path: string): Trigger {
  return async function* (getInput) {
    let seen: string | null = null
    while (true) {
      for (let waited = 0; waited < CALM; waited++) {
        await setTimeout(SECOND)
        const now = await signature(path)
        const isNew = now !== seen
        seen = now
        if (isNew || getInput().lastResult !== 'success') break
      }
      yield
    }
  }
}

/** Another one after each write; of a file that is missing, too. */
async function signature(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => null)
  return found ? `${found.ino} ${found.size} ${found.mtimeNs}` : ''
}
