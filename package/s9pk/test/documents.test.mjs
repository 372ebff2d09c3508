// The documents, as far as a program can judge them.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { describe, it } from 'node:test'

const folder = join(import.meta.dirname, '..')
const read = name => readFileSync(join(folder, name), 'utf8')
const headings = text => [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)
const { manifest } = createRequire(import.meta.url)('../javascript/index.js')

describe('README.md', () => {
  const text = read('README.md')

  it('has the headings by which it is read, in their order', () => {
    assert.match(text, /^<p align="center">\n {2}<img src="icon.svg" [^]*<\/p>\n\n# Isso on StartOS\n/)
    assert.deepEqual(headings(text), [
      'Table of Contents',
      'Image and Container Runtime',
      'Volume and Data Layout',
      'File Models',
      'Dependencies',
      'Network Access and Interfaces',
      'Installation and First-Run Flow',
      'Actions',
      'Tasks',
      'Health Checks',
      'Backups and Restore',
      'Limitations and Differences',
      'What Is Unchanged from Upstream',
      'Quick Reference for AI Consumers',
    ])
  })

  it('has a table of contents that leads to each of them', () => {
    const listed = [...text.matchAll(/^- \[(.*)\]\(#(.*)\)$/gm)]
    const [, ...expected] = headings(text)
    assert.deepEqual(
      listed.map(([, heading]) => heading),
      expected,
    )
    for (const [, heading, anchor] of listed) {
      assert.equal(anchor, heading.toLowerCase().replaceAll(' ', '-'))
    }
  })

  it('names the architectures and volumes of the manifest', () => {
    const { arch } = manifest.hardwareRequirements
    assert.ok(text.includes(`architectures: [${arch.join(', ')}]`))
    assert.deepEqual(manifest.volumes, ['main'])
  })
})

describe('instructions.md', () => {
  const text = read('instructions.md')

  it('has the sections that StartOS asks for', () => {
    const expected = ['Documentation', 'What you get on StartOS', 'Getting set up', 'Using Isso']
    assert.deepEqual(headings(text), expected)
    assert.match(text, /^# Isso\n/)
  })

  it('asks nobody to log in to the server', () => {
    assert.doesNotMatch(text, /\bssh\b|\bsudo\b|\bnano\b/i)
  })
})

it('CLAUDE.md leads to AGENTS.md', () => {
  assert.equal(read('CLAUDE.md'), '@AGENTS.md\n')
  assert.match(read('AGENTS.md'), /^# AGENTS\.md\n/)
})

for (const name of ['README.md', 'instructions.md', 'AGENTS.md']) {
  it(`${name} links to nothing that lies outside of this folder`, () => {
    const links = [...read(name).matchAll(/\]\(([^)#]+)[^)]*\)|src="([^"]+)"/g)].map(([, link, src]) => link ?? src)
    for (const link of links.filter(link => !/^https:/.test(link))) {
      const path = join(dirname(join(folder, name)), link)
      assert.ok(!relative(folder, path).startsWith('..') && existsSync(path), link)
    }
  })
}
