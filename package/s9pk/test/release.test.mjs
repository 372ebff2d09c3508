// What StartOS and the workflows of its registries read of the package and of this repository.

import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { parse } from 'yaml'

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
})

const workflows = Object.fromEntries(
  readdirSync(join(root, '.github/workflows')).map(name => [name, parse(read(`.github/workflows/${name}`))]),
)
const jobs = Object.entries(workflows).flatMap(([file, { jobs }]) =>
  Object.entries(jobs).map(([name, job]) => ({ file, name, job, steps: job.steps ?? [] })),
)

describe('the workflows', () => {
  it('leave building and releasing the package to those of Start9', () => {
    for (const [file, name] of [
      ['build.yml', 'build'],
      ['tagAndRelease.yml', 'tag-and-release'],
      ['release.yml', 'release'],
    ]) {
      const { uses } = workflows[file].jobs[name]
      assert.equal(uses, `Start9Labs/start-technologies/.github/workflows/${file}@master`)
    }
  })

  // Start9's are not pinned: they have to fit the registries as these are today.
  it('run what they name by its commit, else what is in this repository or is Start9', () => {
    const pinned = /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/
    const used = jobs.flatMap(({ job, steps }) => [job, ...steps]).flatMap(({ uses }) => uses ?? [])
    for (const uses of used.filter(uses => !pinned.test(uses))) {
      if (uses.startsWith('./')) assert.ok(existsSync(join(root, uses)), uses)
      else assert.match(uses, /^Start9Labs\/start-technologies\/\.github\/workflows\/\w+\.yml@master$/)
    }
    assert.ok(used.some(uses => pinned.test(uses)))
  })

  it('write to the repository where a release is made, and run no code of the repository there', () => {
    for (const [file, { permissions }] of Object.entries(workflows)) {
      assert.ok(
        [{}, { contents: 'read' }].some(it => JSON.stringify(it) === JSON.stringify(permissions)),
        file,
      )
    }
    const writing = jobs.filter(({ job }) => Object.values(job.permissions ?? {}).includes('write'))
    assert.deepEqual(writing.map(({ file, name }) => `${file} ${name}`).sort(), [
      'release.yml release',
      'release.yml static',
      'static.yml attach',
      'tagAndRelease.yml static',
      'tagAndRelease.yml tag-and-release',
    ])
    for (const { job, steps } of writing) {
      assert.deepEqual(job.permissions, { contents: 'write' })
      assert.ok(!steps.some(({ uses }) => uses?.startsWith('actions/checkout@')))
    }
  })
})

describe('the static program', () => {
  const { tag, build, try: trial, attach } = workflows['static.yml'].jobs
  const { arch } = manifest.hardwareRequirements
  const scripts = ({ steps }) => steps.flatMap(({ run }) => run ?? [])

  let folder
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'release-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  /** Does a step as a runner does it. */
  const run = (script, { cwd = folder, ...variables } = {}) =>
    spawnSync('bash', ['-e', '-c', script], { cwd, env: { ...env, ...variables }, encoding: 'utf8' })
  const write = (path, text) => writeFileSync(join(folder, path), text)

  it('is added to each release, once that is there', () => {
    for (const [file, needs] of [
      ['release.yml', 'release'],
      ['tagAndRelease.yml', 'tag-and-release'],
    ]) {
      const { static: job } = workflows[file].jobs
      assert.deepEqual([job.needs, job.uses], [needs, './.github/workflows/static.yml'])
    }
    assert.deepEqual([build.needs, trial.needs, attach.needs], ['tag', 'build', ['tag', 'try']])
  })

  it('is for the release whose tag is on this commit', () => {
    const git = (...words) =>
      execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.org', ...words], { cwd: folder })
    const commit = () => git('commit', '--quiet', '--allow-empty', '--message', 'test')
    const found = (type, name) => {
      write('output', '')
      const variables = { GITHUB_OUTPUT: join(folder, 'output'), GITHUB_REF_TYPE: type, GITHUB_REF_NAME: name }
      const ran = run(tag.steps.find(({ id }) => id === 'find').run, variables)
      assert.equal(ran.status, 0, ran.stderr)
      return /^tag=(.*)\n$/.exec(readFileSync(join(folder, 'output'), 'utf8'))[1]
    }
    const released = `v${manifest.version.replace(':', '_')}`

    git('init', '--quiet')
    mkdirSync(join(folder, 'startos/versions'), { recursive: true })
    write('startos/versions/current.ts', read('startos/versions/current.ts'))
    commit()
    assert.equal(found('tag', 'v1.2'), 'v1.2')
    assert.equal(found('branch', 'main'), '')
    git('tag', 'v1.2')
    assert.equal(found('branch', 'main'), '')
    git('tag', released)
    assert.equal(found('branch', 'main'), released)
    commit()
    assert.equal(found('branch', 'main'), '')
    assert.equal(build.if, "needs.tag.outputs.tag != ''")
    assert.equal(tag.outputs.tag, '${{ steps.find.outputs.tag }}')
  })

  it('is built for each processor of the package, and has run on it', () => {
    mkdirSync(join(folder, 'package'))
    writeFileSync(join(folder, 'package/static.sh'), '#!/bin/sh\necho "$@" >> built\n', { mode: 0o755 })
    assert.equal(run(scripts(build)[0]).status, 0)
    const built = arch.map(it => `${it} release/issoctl_${it}\n`)
    assert.equal(readFileSync(join(folder, 'built'), 'utf8'), built.join(''))

    assert.deepEqual(trial.strategy.matrix.runner, ['ubuntu-24.04', 'ubuntu-24.04-arm'])
    const [tried] = scripts(trial)
    const program = `issoctl_${execFileSync('uname', ['-m'], { encoding: 'utf8' }).trim()}`
    write(program, '#!/bin/sh\nexit 3\n')
    assert.equal(run(tried).status, 3)
  })

  it('is shipped with its checksums, and not if they are others', () => {
    mkdirSync(join(folder, 'release'))
    mkdirSync(join(folder, 'bin'))
    writeFileSync(join(folder, 'bin/gh'), '#!/bin/sh\necho "$@" >> "$ASKED"\n', { mode: 0o755 })
    const files = arch.map(it => `issoctl_${it}`)
    for (const file of files) write(join('release', file), file)
    assert.equal(run(scripts(build)[1]).status, 0)

    const asked = join(folder, 'asked')
    const release = () =>
      run(scripts(attach)[0], {
        cwd: join(folder, 'release'),
        PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
        ASKED: asked,
        TAG: 'v1.2',
      })
    assert.equal(release().status, 0)
    assert.equal(readFileSync(asked, 'utf8'), `release upload v1.2 ${files.join(' ')} SHA256SUMS --clobber\n`)

    rmSync(asked)
    write(join('release', files[0]), 'another')
    assert.notEqual(release().status, 0)
    assert.ok(!existsSync(asked))
  })
})
