// What a real browser does on pages with comments, and what `issoctl doctor` says of them: side by side, for many
// set-ups of website, proxy and Isso. The table is written to target/embedding.md.
//
// A few set-ups are tried by `make test-browser`, all of them by `make test-embedding`.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { until } from '../../package/s9pk/test/until.mjs'
import { launch, libraries } from './browser.mjs'
import { disagreements, examine } from './doctor.mjs'
import { render } from './pages.mjs'
import { Caddy, Nginx, debian, haveProxies, makeCertificates } from './proxies.mjs'
import { Isso, freePort, listening } from './servers.mjs'
import { WORKS, setups } from './setups.mjs'
import { THERE, summary, visit } from './visit.mjs'
import { ask, websites } from './websites.mjs'

const { ISSO_TEST_SETUPS, CI } = process.env
const TABLE = fileURLToPath(new URL('../../target/embedding.md', import.meta.url))

const tried = setups().filter(
  setup => ISSO_TEST_SETUPS === 'all' || (ISSO_TEST_SETUPS ? setup.name.includes(ISSO_TEST_SETUPS) : setup.quick),
)
const able = haveProxies()
const closed = []
const rows = []
let world

before(async () => {
  if (able) world = await build()
})
after(async () => {
  for (const close of closed.reverse()) await close()
  if (able) tell()
})

test('what a browser does and what doctor says', { concurrency: 2, skip: !able && 'nginx, Caddy and certutil of Debian are missing' }, t =>
  Promise.all(tried.map(setup => t.test(`${setup.proxy}: ${setup.name}`, () => compare(setup)))),
)

test('every set-up could be tried', () => assert.ok(able || !CI, 'nginx, Caddy and certutil of Debian are missing'))

/** Tries a set-up in the browser, has doctor examine it, and compares. */
async function compare(setup) {
  const { browser, isso, certificates, site, base } = world
  const page = `${site(setup)}${setup.path}`
  const address = base(setup)
  if (setup.asked) await ask(certificates, `${address}${setup.asked}`, 'https://another.example.test')
  const visitor = await visit(browser, page)
  const does = summary(visitor)
  const listed = site({ ...setup, site: setup.listed })
  const findings = await examine(isso.data, certificates, { site: listed, page, address, space: setup.space })
  const wrong = disagreements(setup, does === WORKS, findings)
  if (does !== setup.browser) wrong.unshift(`the browser was to do this: ${setup.browser}`)
  rows.push({ setup, does, visitor, findings, wrong })
  assert.deepEqual(wrong, [], `${does}; ${visitor.said.join(' | ')}`)
}

/** Starts everything: certificates, Isso, the proxies, the websites, the browser. */
async function build() {
  const folder = mkdtempSync(join(tmpdir(), 'issoctl-embedding-'))
  closed.push(() => rmSync(folder, { recursive: true, force: true }))
  const [nginxPort, caddyPort, sitePort, publicPort] = await Promise.all(Array.from({ length: 4 }, freePort))
  const www = tried.filter(setup => setup.www).map(setup => setup.site)
  const certificates = makeCertificates(join(folder, 'certificates'), '*.example.test', '*.elsewhere.test', ...www)
  const site = setup => `https://${setup.site}:${setup.space === 'public' ? publicPort : sitePort}`
  const port = setup => (setup.proxy === 'nginx' ? nginxPort : caddyPort)
  const base = setup => `https://${setup.comments}:${port(setup)}${setup.prefix}`

  const isso = await Isso.up()
  closed.push(() => isso.close())
  const pages = new Map(tried.map(setup => [setup.site, render(setup, base(setup))]))
  for (const port of [sitePort, publicPort]) closed.push((await websites(certificates, port, pages)).close)
  // Isso asks its websites, one after the other, until one answers, and cannot find those of the tests.
  const answers = await listening(createServer((_, answer) => answer.end()))
  closed.push(answers.close)
  const listed = tried.filter(setup => !setup.unlisted).map(setup => site({ ...setup, site: setup.listed }))
  isso.command('action', 'run', 'set-admin-password')
  isso.command('action', 'run', 'set-websites', ...[answers.url, ...listed].map(it => `websites=${it}`))
  isso.command('action', 'run', 'configure-server', 'guard.enabled=false', 'moderationEnabled=false')
  isso.start()
  await until('Isso serves', async () => (await fetch(`${isso.url}/info`)).status === 200)

  const proxies = { nginx: new Nginx(join(folder, 'nginx'), certificates, nginxPort), caddy: new Caddy(join(folder, 'caddy'), certificates, caddyPort) }
  for (const setup of tried) {
    const printed = isso.command('proxy', setup.proxy, '--domain', base(setup))
    proxies[setup.proxy].add((setup.spoil ?? (it => it))(printed), setup.certificate)
    const words = { author: 'Someone', email: null, website: null, text: THERE, title: 'A post', parent: null }
    const posted = await fetch(`${isso.url}/new?uri=${setup.path}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(words) })
    assert.equal(posted.status, 201)
  }
  for (const proxy of Object.values(proxies)) {
    closed.push(() => proxy.close())
    await proxy.start()
  }
  const browser = await trusting(folder, certificates, publicPort)
  return { browser, isso, certificates, site, base }
}

/** A browser that trusts the authority of the tests, and finds their names on loopback. */
async function trusting(folder, certificates, publicPort) {
  const database = join(folder, '.pki/nssdb')
  mkdirSync(database, { recursive: true })
  const env = { ...process.env, LD_LIBRARY_PATH: libraries() }
  const certutil = (...words) => execFileSync(debian('bin/certutil'), ['-d', `sql:${database}`, ...words], { env })
  certutil('-N', '--empty-password')
  certutil('-A', '-t', 'C,,', '-n', 'tests', '-i', join(certificates, 'ca.pem'))
  const browser = await launch({
    env: { HOME: folder },
    args: ['--host-resolver-rules=MAP *.test 127.0.0.1', `--ip-address-space-overrides=127.0.0.1:${publicPort}=public`],
  })
  closed.push(() => browser.close())
  return browser
}

/** Prints the table and writes it to a file. */
function tell() {
  const sign = good => (good ? 'yes' : '**no**')
  const cell = text => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
  const of = ({ setup, visitor, findings, wrong }) => {
    const bad = findings.filter(finding => ['fail', 'warn'].includes(finding.status))
    const named = bad.find(finding => setup.doctor.includes(finding.id))
    return [
      `${setup.number} ${setup.proxy}: ${setup.name}`,
      ...['loads', 'style', 'posts', 'edits', 'deletes'].map(what => sign(visitor[what])),
      (visitor.said[0] ?? '').slice(0, 160),
      bad.map(finding => `${finding.id} ${finding.status}`).join(', '),
      named?.cause ?? '',
      wrong.join('; '),
    ]
  }
  const head = ['set-up', 'loads', 'style', 'posts', 'edits', 'deletes', 'browser says', 'doctor says', 'the cause', 'disagree']
  const lines = [head, head.map(() => '---'), ...rows.sort((one, other) => one.setup.number - other.setup.number).map(of)]
  const table = lines.map(cells => `| ${cells.map(cell).join(' | ')} |`).join('\n')
  mkdirSync(join(TABLE, '..'), { recursive: true })
  writeFileSync(TABLE, `${table}\n`)
  console.log(table)
}
