// When the health check runs: seen with a clock that the test moves.

import assert from 'node:assert/strict'
import { build } from 'esbuild'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

const folder = mkdtempSync(join(tmpdir(), 'trigger-'))
after(() => rmSync(folder, { recursive: true }))
const SETTINGS = join(folder, 'isso.cfg')

/** The trigger, with a clock whose seconds pass at once and are counted. */
const { outputFiles } = await build({
  entryPoints: [new URL('../startos/trigger.ts', import.meta.url).pathname],
  bundle: true,
  platform: 'node',
  format: 'esm',
  write: false,
  plugins: [
    {
      name: 'clock',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /^node:timers\/promises$/ }, () => ({ path: 'clock', namespace: 'clock' }))
        onLoad({ filter: /.*/, namespace: 'clock' }, () => ({
          contents: 'export const setTimeout = async ms => globalThis.clock(ms)',
        }))
      },
    },
  ],
})
const { whenSomethingIsNew } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`)

/** How many seconds pass until the next check; `each` is called after every one. */
async function seconds(trigger, each = () => {}) {
  let passed = 0
  globalThis.clock = ms => each((passed += ms / 1000))
  await trigger.next()
  return passed
}

const trigger = lastResult => whenSomethingIsNew(SETTINGS)(() => ({ lastResult: lastResult() }))

test('a service that is well is asked each half minute', async () => {
  writeFileSync(SETTINGS, 'a')
  const calm = trigger(() => 'success')
  assert.equal(await seconds(calm), 1, 'nothing is known yet')
  assert.equal(await seconds(calm), 30)
  assert.equal(await seconds(calm), 30)
})

for (const [name, change] of [
  ['saved', () => writeFileSync(SETTINGS, 'other text')],
  ['deleted', () => rmSync(SETTINGS)],
  ['there again', () => writeFileSync(SETTINGS, 'a')],
]) {
  test(`a file that is ${name} is looked at a second later`, async () => {
    const calm = trigger(() => 'success')
    await seconds(calm)
    const passed = await seconds(calm, passed => passed === 7 && change())
    assert.equal(passed, 7)
    assert.equal(await seconds(calm), 30)
  })
}

test('what is amiss is asked for each second, and so is what the SDK says of a daemon that died', async () => {
  writeFileSync(SETTINGS, 'a')
  let result = 'loading'
  const amiss = trigger(() => result)
  for (let round = 0; round < 3; round++) assert.equal(await seconds(amiss), 1)
  result = 'success'
  assert.equal(await seconds(amiss, passed => passed === 4 && (result = 'failure')), 4)
})
