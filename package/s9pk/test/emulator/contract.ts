// What StartOS' own types, as its SDK publishes them, say of everything that passes between a package and the host.
// types.mjs checks values by these.

import type { InputSpec } from '@start9labs/start-core/actions/input/inputSpecTypes'
import type { ActionInput, ActionResult, Effects, HostnameInfo, ImageMetadata, Manifest } from '@start9labs/start-core/types'

export interface Contract {
  effects: Effects
  actionInput: Omit<ActionInput, 'spec'> & { spec: InputSpec }
  actionResult: ActionResult | null
  hostname: HostnameInfo
  image: ImageMetadata
  manifest: Manifest
}
