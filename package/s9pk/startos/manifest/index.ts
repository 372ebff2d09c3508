import type { SDKManifest } from '@start9labs/start-core/types'
import { long, short } from './i18n'

export const sdkManifest = {
  id: 'isso',
  title: 'Isso',
  license: 'MIT',
  packageRepo: 'https://github.com/Start9-Community/isso-startos',
  upstreamRepo: 'https://github.com/isso-comments/isso',
  marketingUrl: 'https://isso-comments.de/',
  donationUrl: null,
  description: { short, long },
  volumes: ['main'],
  images: {
    isso: {
      source: {
        dockerTag:
          'ghcr.io/isso-comments/isso:0.14.0@sha256:8e813ff52004f39c2c08237994450d3760515c4c6fa32faf61431bb280578e4e',
      },
      arch: ['x86_64', 'aarch64'],
      // The assets hold issoctl for these two alone, so no other processor may get the package and emulate one.
      emulateMissingAs: null,
    },
  },
  dependencies: {},
} satisfies SDKManifest

export type Manifest = typeof sdkManifest
