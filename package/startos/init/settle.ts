import type { InitFn } from '@start9labs/start-core/inits'
import { call } from '../call'
import { showInterfaces } from '../interfaces'
import { carryOut } from '../orders'

/** Has the volume put right, and announces everything. */
export const settle: InitFn = async (effects, kind) => {
  const init = await call('init', { kind })
  await showInterfaces(effects, init)
  await effects.action.clear({ except: init.actions.map(({ id }) => id) })
  await carryOut(effects, init)
}
