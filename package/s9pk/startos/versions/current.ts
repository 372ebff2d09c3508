import { IMPOSSIBLE, VersionInfo } from '@start9labs/start-sdk/lib/version/VersionInfo'
import { releaseNotes } from './releaseNotes'

/** Whatever lies in the volume, `issoctl` settles it; there is no step between one version and the next. */
export const current = VersionInfo.of({
  version: '0.14.0:5',
  releaseNotes,
  migrations: {
    up: async () => {},
    // An older version rewrites isso.cfg, and what a person noted in there is lost.
    down: IMPOSSIBLE,
  },
})
