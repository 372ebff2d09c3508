import type { Action } from '@start9labs/start-core/actions/setupActions'
import type { ActionInput, ActionResult, Effects } from '@start9labs/start-core/types'
import type { Request } from '../bindings'
import { call } from '../call'
import { addresses } from '../interfaces'
import { carryOut, tell } from '../orders'

/** Every id is handed on; `issoctl` knows which there are, and what their forms hold. */
export const actions = {
  get: (id: string): Pick<Action<string, Record<string, unknown>>, 'getInput' | 'run'> => ({
    async getInput({ effects }) {
      const { spec, value, ...told } = await call('input', await known(effects), id)
      await tell(effects, told)
      return { eventId: effects.eventId, spec, value } as ActionInput
    },
    async run({ effects, input }) {
      const { result, ...orders } = await call('run', { ...(await known(effects)), input }, id)
      await carryOut(effects, orders)
      return result as ActionResult | null
    },
  }),
}

/** What an action may have to know of StartOS. */
async function known(effects: Effects): Promise<Partial<Request>> {
  const [systemSmtp, reachable] = await Promise.all([effects.getSystemSmtp({}), addresses(effects).once()])
  return { systemSmtp, addresses: reachable }
}
