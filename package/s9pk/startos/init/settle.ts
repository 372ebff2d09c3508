import type { InitFn } from '@start9labs/start-core/inits'
import { call } from '../call'
import { showInterfaces } from '../interfaces'
import { carryOut, clearActions } from '../orders'

/** Has the volume put right, and announces everything. */
export const settle: InitFn = async (effects, kind) => {
  const init = await call('init', { kind })
  await showInterfaces(effects, init)
  await clearActions(effects, init)
  await carryOut(effects, init)
}
