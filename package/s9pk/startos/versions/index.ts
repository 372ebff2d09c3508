import { VersionGraph } from '@start9labs/start-sdk/lib/version/VersionGraph'
import { IMPOSSIBLE, VersionInfo } from '@start9labs/start-sdk/lib/version/VersionInfo'
import { current } from './current'

const first = VersionInfo.of({
  version: '0.14.0:0',
  releaseNotes: '',
  migrations: { up: IMPOSSIBLE, down: IMPOSSIBLE },
})

export const versions = VersionGraph.of({ current, other: [first] })
