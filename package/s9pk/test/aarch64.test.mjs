// What is packed runs on both of StartOS's processors. qemu emulates aarch64 where this machine is another one.

import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { machine, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'

const program = process.env.ISSOCTL_AARCH64 ?? ''
const command = machine() === 'aarch64' ? [program] : [process.env.ISSO_TEST_QEMU ?? '', program]
const missing = command.filter(it => !existsSync(it))

// In CI no person reads that a test was not run, so there it fails.
const skip = missing.length > 0 && !process.env.CI && `NOT TESTED: ${missing.join(', ')} could not be had, see above`
if (skip) console.error(`\n*** issoctl for aarch64 was ${skip} ***\n`)

/** Whether an ELF file names no dynamic linker. */
function isStatic(file) {
  const INTERPRETER = 3
  const elf = readFileSync(file)
  const [start, size, count] = [Number(elf.readBigUInt64LE(32)), elf.readUInt16LE(54), elf.readUInt16LE(56)]
  return Array.from({ length: count }, (_, i) => elf.readUInt32LE(start + i * size)).every(it => it !== INTERPRETER)
}

it('issoctl for this machine needs nothing of the system', () => {
  assert.ok(isStatic(process.env.ISSOCTL))
})

describe('issoctl for aarch64', { skip }, () => {
  let data
  beforeEach(() => (data = mkdtempSync(join(tmpdir(), 'aarch64-'))))
  afterEach(() => rmSync(data, { recursive: true }))

  const cfg = () => join(data, 'config/isso.cfg')
  const issoctl = (args, input = '') => {
    const [file, ...first] = command
    return spawnSync(file, [...first, '--data', data, ...args], { input, encoding: 'utf8' })
  }
  const answer = (args, request) => {
    const { status, stdout, stderr } = issoctl(['startos', ...args], JSON.stringify(request))
    assert.equal(status, 0, stderr)
    return JSON.parse(stdout)
  }

  it('is for aarch64 and needs nothing of the system', () => {
    const AARCH64 = 183
    assert.equal(readFileSync(program).readUInt16LE(18), AARCH64)
    assert.ok(isStatic(program))
  })

  it('writes settings and checks them', () => {
    const ran = issoctl(['action', 'run', 'set-websites', 'websites=https://blog.example.org'])
    assert.equal(ran.status, 0, ran.stderr)
    assert.match(readFileSync(cfg(), 'utf8'), /^host =\s+https:\/\/blog\.example\.org$/m)

    const checked = issoctl(['config', 'check'])
    assert.equal(checked.status, 0, checked.stderr)

    writeFileSync(cfg(), readFileSync(cfg(), 'utf8').replace('max-age = 15m', 'max-age = soon'))
    const refused = issoctl(['config', 'check'])
    assert.equal(refused.status, 1, refused.stdout)
    assert.match(refused.stdout + refused.stderr, /max-age/)
  })

  it('answers the hooks of the package', () => {
    const order = ({ tasks }) => tasks.find(({ action }) => action === 'set-admin-password')?.order
    assert.equal(order(answer(['init'], { kind: 'install' })), 'raise')
    assert.equal(order(answer(['run', 'set-admin-password'], {})), 'clear')
  })

  // SQLite is C and comes from another compiler.
  it('reads a database', () => {
    answer(['init'], { kind: 'install' })
    const database = join(data, 'db/comments.db')
    const python = process.env.ISSO_TEST_PYTHON
    const make = `import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript('CREATE TABLE comments (tid, id, created, mode, text); CREATE TABLE threads (id, uri)')`
    execFileSync(python, ['-c', make, database])
    assert.equal(answer(['backup'], {}).refusal, null)

    writeFileSync(database, 'no database at all'.repeat(500))
    assert.notEqual(answer(['backup'], {}).refusal, null)
  })
})
