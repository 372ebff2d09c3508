import { MultiHost } from '@start9labs/start-core/interfaces/Host'
import { ServiceInterfaceBuilder } from '@start9labs/start-core/interfaces/ServiceInterfaceBuilder'
import { setupServiceInterfaces } from '@start9labs/start-core/interfaces/setupInterfaces'
import type { Effects } from '@start9labs/start-core/types'
import { GetHostInfo, getOwnHost } from '@start9labs/start-core/util/GetHostInfo'
import type { Address, Init } from './bindings'

const HOST = 'main'
const COMMENTS = 'comments'

/** Shows the interfaces, and no others. */
export async function showInterfaces(effects: Effects, { port, interfaces }: Init): Promise<void> {
  await setupServiceInterfaces(async ({ effects }) => {
    const origin = await new MultiHost({ effects, id: HOST }).bindPort(port, { protocol: 'http' })
    const plain = { effects, masked: false, schemeOverride: null, username: null, query: {} }
    return [await origin.export(interfaces.map(shown => new ServiceInterfaceBuilder({ ...plain, ...shown })))]
  })(effects)
}

/** Where the comments can be reached. */
export function addresses(effects: Effects): GetHostInfo<Address[]> {
  return getOwnHost(effects, HOST, host =>
    Object.values(host?.bindings ?? {}).flatMap(({ interfaces }) => {
      const comments = interfaces[COMMENTS]?.addressInfo
      if (!comments) return []
      return comments.nonLocal.hostnames.map((hostname): Address => ({
        url: comments.toUrl(hostname),
        public: hostname.public,
        kind: hostname.metadata.kind,
        acme: host?.publicDomains[hostname.hostname]?.acme ?? null,
      }))
    }),
  )
}
