import type { InitFn } from '@start9labs/start-core/inits'
import { call } from '../call'
import { addresses } from '../interfaces'
import { carryOut } from '../orders'

/** A step of its own, for the SDK runs it again whenever an address comes or goes. */
export const followAddresses: InitFn = async effects => {
  await carryOut(effects, await call('addresses', { addresses: await addresses(effects).const() }))
}
