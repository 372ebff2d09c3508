// What StartOS and the workflows of its registries read of the package and of this repository.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, it } from 'node:test'

const root = join(import.meta.dirname, '../../..')
const { manifest } = createRequire(import.meta.url)('../javascript/index.js')
const read = path => readFileSync(join(root, path), 'utf8')
// What `make test` has told this process is not for another make.
const { MAKEFLAGS, MAKELEVEL, MFLAGS, ...env } = process.env
const make = (...words) => execFileSync('make', words, { cwd: root, env, encoding: 'utf8' })

describe('the manifest', () => {
  it('names the processors that the program is there for, and leaves no other open', () => {
    assert.deepEqual(manifest.hardwareRequirements.arch, ['x86_64', 'aarch64'])
    for (const { arch, emulateMissingAs } of Object.values(manifest.images)) {
      assert.deepEqual([arch, emulateMissingAs], [['x86_64', 'aarch64'], null])
    }
  })
})

describe('the root of the repository', () => {
  it('names the targets of a release', () => {
    assert.equal(make('-s', 'print-TARGETS'), 'x86 arm\n')
  })

  it('is where the packages are put', () => {
    for (const [target, file] of [
      ['x86', '--arch=x86_64 -o ../../isso_x86_64.s9pk'],
      ['arm', '--arch=aarch64 -o ../../isso_aarch64.s9pk'],
      ['universal', '-o ../../isso.s9pk'],
    ]) {
      assert.ok(make('-n', target).includes(`start-cli s9pk pack ${file}`), target)
    }
  })

  it('shows id and version where the workflows look for them', () => {
    const [, id] = /^ {2}id: '(.*)',$/m.exec(read('startos/manifest/index.ts'))
    const current = read('startos/versions/current.ts')
    assert.match(current, /^export const current = /m)
    const [[, version], ...others] = [...current.matchAll(/version: '(.*)'/g)]
    assert.deepEqual([id, version, others], [manifest.id, manifest.version, []])
  })

  it('lets `npm ci` install what the package is built with', () => {
    assert.equal(JSON.parse(read('package.json')).scripts.prepare, 'cd package/s9pk && npm ci')
    assert.equal(JSON.parse(read('package-lock.json')).packages[''].name, 'isso')
  })

  it('leaves building and releasing to the workflows of Start9', () => {
    const called = name => `uses: Start9Labs/start-technologies/.github/workflows/${name}@master`
    for (const name of ['build.yml', 'tagAndRelease.yml', 'release.yml']) {
      const text = read(`.github/workflows/${name}`)
      assert.ok(text.includes(called(name)), name)
      assert.doesNotMatch(text, /\bsteps:/, name)
    }
    for (const name of readdirSync(join(root, '.github/workflows'))) {
      assert.doesNotMatch(read(`.github/workflows/${name}`), /shared-workflows/, name)
    }
  })
})
