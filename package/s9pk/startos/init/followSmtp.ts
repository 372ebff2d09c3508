import type { InitFn } from '@start9labs/start-core/inits'
import { GetSystemSmtp } from '@start9labs/start-core/util/GetSystemSmtp'
import { call } from '../call'
import { carryOut } from '../orders'

/** A step of its own, for the SDK runs it again whenever the system's mail server changes. */
export const followSmtp: InitFn = async effects => {
  const systemSmtp = await new GetSystemSmtp(effects).const()
  await carryOut(effects, await call('smtp', { systemSmtp }))
}
