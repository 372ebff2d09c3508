// Bundles the package into javascript/index.js. All of it lies in memory for as long as the service is
// installed, so two things of the SDK that take much room there are dealt with here.

import { build } from 'esbuild'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'

const options = { bundle: true, platform: 'node', target: 'node20', logLevel: 'warning' }

/** Making the manifest takes the whole SDK, forms and all; in the bundle stands what came of it. */
const manifest = {
  name: 'manifest',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/startos\/manifest\/built\.ts$/ }, async ({ path }) => {
      const { outputFiles } = await build({ ...options, entryPoints: [path], write: false })
      const module = { exports: {} }
      new Function('module', 'require', outputFiles[0].text)(module, createRequire(import.meta.url))
      return { contents: `export const manifest = ${JSON.stringify(module.exports.manifest)}` }
    }),
}

/** What is left of the SDK asks zod whether a value is a string. Zod's small build can tell that too. */
const zod = {
  name: 'zod',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/start-core\/zExport\.js$/ }, ({ path }) => ({
      contents: `import { object, string } from 'zod/mini'; export const z = { object, string }`,
      resolveDir: dirname(path),
    })),
}

await build({
  ...options,
  entryPoints: ['startos/index.ts'],
  absWorkingDir: import.meta.dirname,
  outfile: 'javascript/index.js',
  minify: true,
  plugins: [manifest, zod],
})
