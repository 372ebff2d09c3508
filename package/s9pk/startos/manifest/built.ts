import { buildManifest } from '@start9labs/start-sdk'
import { versions } from '../versions'
import { sdkManifest } from '.'

export const manifest = buildManifest(versions, sdkManifest)
