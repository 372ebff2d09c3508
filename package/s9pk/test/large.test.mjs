// What happens before Isso serves, and while it is stopped, does not grow with the database: as many bytes are read
// with a database of 1 GiB as with an empty one.

import './emulator/enter.mjs'

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after } from 'node:test'

import { PROGRAM, Service, VOLUME } from './emulator/service.mjs'
import { grow } from './isso.mjs'
import { up } from './site.mjs'
import { steps } from './steps.mjs'

const DATABASE = join(VOLUME, 'db/comments.db')
const SIZES = { '200 MB': 200e6, '1 GiB': 2 ** 30 }
/** Beside the database, settings and what the kernel says of processes are read, now more, now less often. */
const SOME = 2 ** 22

const service = new Service()
after(() => service.close())
const step = steps(() => {})

const readOf = text => Number(/^rchar: (\d+)$/m.exec(text)[1])

/** How many bytes the supervisor has read when Isso answers. */
async function start() {
  await service.start()
  await up()
  const read = readOf(readFileSync(`/proc/${service.supervisor}/io`, 'utf8'))
  await service.stop()
  return read
}

/** How many bytes a hook reads, which the kernel tells until its parent has waited for it. */
function hook(name, request) {
  const script = `
import os, subprocess, sys
hook = subprocess.Popen(sys.argv[1:], stdin=0, stdout=2)
os.waitid(os.P_PID, hook.pid, os.WEXITED | os.WNOWAIT)
print(open(f"/proc/{hook.pid}/io").read())
sys.exit(hook.wait())
`
  const command = ['-c', script, PROGRAM, '--data', VOLUME, 'startos', name]
  const input = JSON.stringify({ language: '', ...request })
  return readOf(execFileSync(process.env.ISSO_TEST_PYTHON, command, { input, encoding: 'utf8', stdio: 'pipe' }))
}

async function measured() {
  return { start: await start(), backup: hook('backup', {}), restore: hook('init', { kind: 'restore' }) }
}

let empty

step('with an empty database', async () => {
  await service.init('install')
  await service.run('set-admin-password')
  empty = await measured()
})

for (const [name, bytes] of Object.entries(SIZES)) {
  step(`with a database of ${name}`, async () => {
    grow(DATABASE, bytes)
    assert.ok(statSync(DATABASE).size >= bytes)
    for (const [what, read] of Object.entries(await measured())) {
      assert.ok(read < empty[what] + SOME, `${what}: ${read} bytes, with an empty database ${empty[what]}`)
    }
  })
}
