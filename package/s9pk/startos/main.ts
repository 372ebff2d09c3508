import type { ExpectedExports } from '@start9labs/start-core/types'
import { Daemons } from '@start9labs/start-sdk/lib/mainFn/Daemons'
import { Mounts } from '@start9labs/start-sdk/lib/mainFn/Mounts'
import { SubContainer } from '@start9labs/start-sdk/lib/util/SubContainer'
import { readFile } from 'node:fs/promises'
import { machine } from 'node:os'
import type { Daemon, Health } from './bindings'
import { VOLUME, call, written } from './call'
import type { Manifest } from './manifest'
import { carryOut, tell } from './orders'
import { whenSomethingIsNew } from './trigger'

const SETTINGS = `${VOLUME}/config/isso.cfg`

/** Nothing is watched here: changed settings are put in force by the supervisor, without a restart. */
export const main: ExpectedExports.main = async ({ effects }) => {
  const image = JSON.parse(await readFile('/media/startos/images/isso.json', 'utf8'))
  const { daemon, ...orders } = await call('main', { image })
  await carryOut(effects, orders)
  if (!daemon) throw new Error('there is nothing to start')

  // A lazy one that is destroyed while it is being made takes the whole runtime along.
  const subcontainer = await SubContainer.eager(effects, { imageId: 'isso' }, mounts(daemon), 'isso-sub')
  return Daemons.of<Manifest>({ effects }).addDaemon('primary', {
    subcontainer,
    exec: {
      command: daemon.command as [string, ...string[]],
      env: daemon.env,
      sigtermTimeout: daemon.stopWithin,
    },
    ready: {
      display: daemon.display,
      // Starting is not taken for failing here, so what went wrong need not wait for the SDK's ten seconds.
      gracePeriod: 1_000,
      trigger: whenSomethingIsNew(SETTINGS),
      fn: async () => {
        const asked = await subcontainer.execFail(daemon.health, { input: written({}) })
        const { notices, ...health } = JSON.parse(String(asked.stdout)) as Health
        await tell(effects, { notices })
        return health
      },
    },
    requires: [],
  })
}

function mounts({ mounts: { program, db, config, volume } }: Daemon): Mounts<Manifest> {
  return (
    Mounts.of<Manifest>()
      .mountVolume({ volumeId: 'main', subpath: 'db', mountpoint: db, readonly: false })
      // Isso only reads there. The SDK does not pass `readonly` on, though, and nothing here relies on it.
      .mountVolume({ volumeId: 'main', subpath: 'config', mountpoint: config, readonly: true })
      .mountVolume({ volumeId: 'main', subpath: null, mountpoint: volume, readonly: false })
      .mountAssets({ subpath: machine(), mountpoint: program })
  )
}
