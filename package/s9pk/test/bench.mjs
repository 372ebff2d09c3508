// `make bench`: what the package costs on the emulated StartOS, with the real program and a real Isso, beside
// an Isso without supervisor. The goals are what the TypeScript package of the same name took.

import './emulator/enter.mjs'

import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { PROGRAM, Service, VOLUME } from './emulator/service.mjs'
import { spentOnChecks } from './emulator/types.mjs'
import { addresses, customMail } from './facts.mjs'
import { grow } from './isso.mjs'
import { health, info } from './site.mjs'
import { until } from './until.mjs'

const ROUNDS = 15
const LARGE_ROUNDS = 5
const SIZES = [0, 200e6, 2 ** 30]

const row = (name, measured, goal = '') =>
  console.log(`${name.padEnd(52)} ${measured.padStart(10)}  ${goal.padStart(10)}`)
const ms = time => `${time.toFixed(time < 10 ? 1 : 0)} ms`
const median = times => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]
const mb = kib => `${((kib * 1024) / 1e6).toFixed(1)} MB`
const resident = pid => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1])

/** How long some work takes, without the emulator's checks of what passes between host and package. */
async function time(work) {
  const now = () => performance.now() - spentOnChecks()
  const begin = now()
  await work()
  return now() - begin
}

/** A service that `work` is done with; without a package it is StartOS' own process alone. */
async function withService(work, options) {
  const service = new Service(options)
  try {
    return await work(service)
  } finally {
    await service.close()
  }
}

/** The median of each time over some rounds. The first round only warms the caches. */
async function rounds() {
  const all = []
  for (let round = 0; round <= ROUNDS; round++)
    all.push({ ...(await withService(hooks)), ...(await withService(unsupervised)) })
  return Object.fromEntries(Object.keys(all[0]).map(name => [name, median(all.slice(1).map(times => times[name]))]))
}

/** Of a new installation, in the order in which a person meets them. */
async function hooks(service) {
  const { host } = service
  const times = { init: await time(() => service.init('install')) }
  service.change('addresses', addresses)
  const typed = {
    'set-websites': () => ({ websites: ['https://blog.example'] }),
    'set-public-address': ({ spec }) => ({ address: spec.address.default }),
    'configure-server': ({ value }) => ({ ...value, maxAge: '2h' }),
    // Saving a mail server tries it, and how long that takes is up to the server; turning mail off tries nothing.
    'configure-smtp': () => ({ ...customMail, smtp: { selection: 'disabled', value: {} } }),
    'embed-code': ({ spec }) => ({ address: Object.keys(spec.address.values)[0] }),
  }
  for (const [action, { hasInput }] of host.actions) {
    // Mail is off, and how long a mail takes is up to its server.
    if (action === 'send-test-email') continue
    let form
    if (hasInput) times[`${action}, form`] = await time(async () => (form = await service.getInput(action)))
    times[`${action}, run`] = await time(() => service.run(action, typed[action]?.(form), form))
  }
  times.start = await start(service)
  return times
}

/** The same start without a supervisor around Isso. */
async function unsupervised(service) {
  await service.init('install')
  await service.run('set-admin-password')
  standAside()
  return { unsupervised: await start(service) }
}

/** From now on what stands in for issoctl becomes gunicorn at once, is always healthy, and looks at nothing before a backup. */
function standAside() {
  const { ISSOCTL } = process.env
  const script = `#!/bin/sh
case "$*" in
  *' supervise '*) while [ "$1" != -- ]; do shift; done; shift; exec "$@" ;;
  *' startos health'*) echo '{"result":"success","message":"","notices":[]}' ;;
  *' startos backup') echo '{"task":null,"actions":[],"notices":[],"refusal":null}' ;;
  *) exec ${ISSOCTL} "$@" ;;
esac
`
  writeFileSync(PROGRAM, script)
}

/** With databases that grow: the start, and how long no visitor is answered while StartOS makes a backup. With and without
 * a supervisor by turns, for what else the machine does changes. */
async function growing(service) {
  await service.init('install')
  await service.run('set-admin-password')
  await start(service)
  await service.stop()
  const all = []
  for (const bytes of SIZES) {
    grow(join(VOLUME, 'db/comments.db'), bytes)
    const times = { ours: [], bare: [] }
    for (let round = 0; round < LARGE_ROUNDS; round++) {
      for (const [name, stand] of [
        ['ours', () => copyFileSync(process.env.ISSOCTL, PROGRAM)],
        ['bare', standAside],
      ]) {
        stand()
        const started = await start(service)
        service.host.stock()
        times[name].push([started, await unreachable(() => service.createBackup())])
        await service.stop()
      }
    }
    const medians = list => [0, 1].map(which => median(list.map(both => both[which])))
    all.push([medians(times.ours), medians(times.bare)])
  }
  return all
}

/** The longest time from one answer to the next, as a visitor sees it. */
async function unreachable(work) {
  let [longest, answered, isOver] = [0, performance.now(), false]
  const visitor = async () => {
    while (!isOver) {
      if (!(await info().catch(() => null))) continue
      longest = Math.max(longest, performance.now() - answered)
      answered = performance.now()
    }
  }
  const visits = visitor()
  await work()
  await until('GET /info is 200', info, 1)
  isOver = true
  await visits
  return longest
}

/** From a line in isso.cfg that Isso would refuse to the health check that names it. */
async function brokenEdit(service) {
  await service.init('install')
  await service.run('set-admin-password')
  await start(service)
  await health(service, 'success', /./)
  const path = join(VOLUME, 'config/isso.cfg')
  writeFileSync(path, readFileSync(path, 'utf8').replace('[general]', '[general]\nmax-age = soon'))
  return time(() => health(service, 'loading', /max-age/))
}

/** The image is there already when StartOS starts a service. */
function start(service) {
  service.host.stock()
  return time(async () => {
    await service.start()
    await until('GET /info is 200', info, 1)
  })
}

async function memory() {
  const alone = await withService(
    async service => {
      await service.init('install')
      return resident(service.pid)
    },
    { index: null },
  )
  await withService(async service => {
    await hooks(service)
    const [runtime, supervisor] = [resident(service.pid) - alone, resident(service.supervisor)]
    row("memory of StartOS' own process, for comparison", mb(alone))
    row('  the package in it, after all hooks', mb(runtime))
    row('  the supervisor', mb(supervisor))
    row('  together', mb(runtime + supervisor), '<= 10 MB')
  })
}

const { start: started, unsupervised: without, init, ...actions } = await rounds()
row('package: init', ms(init), '<= 184 ms')
for (const [name, took] of Object.entries(actions)) row(`package: ${name}`, ms(took), '<= 10 ms')
row('package: start to first 200', ms(started), '<= 237 ms')
row('  the same without a supervisor', ms(without))
row('  ratio', (started / without).toFixed(2))
const all = await withService(growing)
const [[empty]] = all[0]
for (const [at, name] of ['an empty database', '200 MB', '1 GiB'].entries()) {
  const [[started, unreachable], [bareStarted, bareUnreachable]] = all[at]
  row(`package: start with ${name}`, ms(started))
  row('  the same without a supervisor', ms(bareStarted))
  if (at > 0) row('  ratio to a start with an empty database', (started / empty).toFixed(2), '<= 1.05')
  row(`package: backup of ${name}, unreachable for`, ms(unreachable), at === 1 ? '<= 880 ms' : '')
  row('  the same without a supervisor and a look', ms(bareUnreachable))
  row('  ratio', (unreachable / bareUnreachable).toFixed(2))
}
row('package: from a broken edit to its line', ms(await withService(brokenEdit)), '<= 5 s')
await memory()
