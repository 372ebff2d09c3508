// Unpacks Chromium, once: `node unpack.mjs FOLDER`.

import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = resolve(process.argv[2])
mkdirSync(folder, { recursive: true })
// Where the package unpacks to.
process.env.TMPDIR = folder

const { default: chromium, inflate } = await import('@sparticuz/chromium')
await chromium.executablePath()
// The libraries it takes beside libc: NSS, NSPR and Expat.
await inflate(fileURLToPath(new URL('node_modules/@sparticuz/chromium/bin/al2023.tar.br', import.meta.url)))
