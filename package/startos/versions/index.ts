import { VersionGraph } from '@start9labs/start-sdk/lib/version/VersionGraph'
import { IMPOSSIBLE, VersionInfo } from '@start9labs/start-sdk/lib/version/VersionInfo'
import { releaseNotes } from './releaseNotes'

/** Whatever lies in the volume, `issoctl` settles it; there is no step between one version and the next. */
const current = VersionInfo.of({
  version: '0.14.0:5',
  releaseNotes,
  migrations: {
    up: async () => {},
    // An older version rewrites isso.cfg, and what a person noted in there is lost.
    down: IMPOSSIBLE,
  },
})

const first = VersionInfo.of({
  version: '0.14.0:0',
  releaseNotes: '',
  migrations: { up: IMPOSSIBLE, down: IMPOSSIBLE },
})

export const versions = VersionGraph.of({ current, other: [first] })
