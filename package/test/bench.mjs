// `make bench`: what the package costs on the emulated StartOS, with the real program and a real Isso, beside
// an Isso without supervisor. The goals are what the TypeScript package of the same name took.

import './emulator/enter.mjs'

import { readFileSync, writeFileSync } from 'node:fs'

import { PROGRAM, Service } from './emulator/service.mjs'
import { addresses, customMail } from './facts.mjs'
import { info } from './site.mjs'
import { until } from './until.mjs'

const ROUNDS = 15

const row = (name, measured, goal = '') =>
  console.log(`${name.padEnd(52)} ${measured.padStart(10)}  ${goal.padStart(10)}`)
const ms = time => `${time.toFixed(time < 10 ? 1 : 0)} ms`
const median = times => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]
const mb = kib => `${((kib * 1024) / 1e6).toFixed(1)} MB`
const resident = pid => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1])

async function time(work) {
  const begin = performance.now()
  await work()
  return performance.now() - begin
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
    'configure-server': ({ value }) => ({ ...value, maxAge: '2h' }),
    // Saving a mail server tries it, and how long that takes is up to the server; turning mail off tries nothing.
    'configure-smtp': () => ({ ...customMail, smtp: { selection: 'disabled', value: {} } }),
    'embed-code': ({ spec }) => ({ address: Object.keys(spec.address.values)[0] }),
  }
  for (const [action, { hasInput }] of host.actions) {
    let form
    if (hasInput) times[`${action}, form`] = await time(async () => (form = await service.getInput(action)))
    times[`${action}, run`] = await time(() => service.run(action, typed[action]?.(form), form))
  }
  times.start = await start(service)
  return times
}

/** The same start with nobody around Isso: what stands in for the supervisor becomes gunicorn at once. */
async function unsupervised(service) {
  const { ISSOCTL } = process.env
  const script = `#!/bin/sh
case "$*" in
  *' supervise -- '*) while [ "$1" != -- ]; do shift; done; shift; exec "$@" ;;
  *' startos health') echo '{"result":"success","message":null}' ;;
  *) exec ${ISSOCTL} "$@" ;;
esac
`
  await service.init('install')
  await service.run('set-admin-password')
  writeFileSync(PROGRAM, script)
  return { unsupervised: await start(service) }
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
await memory()
