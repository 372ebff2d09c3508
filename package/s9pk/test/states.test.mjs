// What becomes of an installation whose isso.cfg is lost, emptied, broken or half written, while Isso is stopped and
// while it runs; and who may write what, wherever it is mounted.

import './emulator/enter.mjs'

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'

import { kill, running } from './emulator/processes.mjs'
import { Service, VOLUME } from './emulator/service.mjs'
import { customMail, systemMail } from './facts.mjs'
import { values } from './isso.mjs'
import { health, inForce, logsIn, mayRead, up } from './site.mjs'
import { until } from './until.mjs'

const CONFIG = join(VOLUME, 'config')
const CFG = join(CONFIG, 'isso.cfg')
const LAST_GOOD = join(CONFIG, 'isso.cfg.last-good')
const WEBSITE = 'https://blog.example'

const cfg = () => readFileSync(CFG, 'utf8')
const aside = () => readdirSync(CONFIG).filter(name => name.includes('.rejected-'))

/** Whatever a test does, the package keeps to StartOS' types and rules. */
async function withService(work, options) {
  const service = new Service(options)
  try {
    await service.init('install')
    await work(service)
    assert.deepEqual(service.host.violations, [])
  } finally {
    await service.close()
  }
}

const setPassword = async service => (await service.run('set-admin-password')).result.value

/** With a password, a website and a mail server; and it has served, so its settings are known to be good. */
async function configured(service) {
  const password = await setPassword(service)
  await service.submit('set-websites', () => ({ websites: [WEBSITE] }))
  await service.submit('configure-smtp', value => ({ ...value, ...customMail }))
  await service.start()
  await up()
  await until('the good settings are kept', () => existsSync(LAST_GOOD))
  return password
}

async function stopped(service) {
  const password = await configured(service)
  await service.stop()
  return password
}

/** All that was set is there. */
async function servesAsBefore(service, password) {
  assert.deepEqual(service.host.criticalTasks, [])
  if (!service.host.isStarted) await service.start()
  await up()
  assert.ok(await logsIn(password))
  assert.ok(await mayRead(WEBSITE))
  assert.equal(values(CFG)['smtp.host'], customMail.smtp.value.provider.value.host)
}

const LOSSES = {
  deleted: () => rmSync(CFG),
  emptied: () => truncateSync(CFG),
  'a folder in its place': () => (rmSync(CFG), mkdirSync(CFG)),
  'a pipe in its place': () => (rmSync(CFG), execFileSync('mkfifo', [CFG])),
  'the whole folder deleted': () => rmSync(CONFIG, { recursive: true }),
  'a file in place of the folder': () => (rmSync(CONFIG, { recursive: true }), writeFileSync(CONFIG, '')),
  'a line that nobody can read': () => writeFileSync(CFG, `a line of no section\n${cfg()}`),
  'nothing but garbage': () => writeFileSync(CFG, Buffer.from([0xff, 0xfe, 0, 0x5b, 0x0a, 0x3d])),
  'a link that leads nowhere': () => (rmSync(CFG), execFileSync('ln', ['-s', '/nowhere/at/all', CFG])),
  'a link to itself': () => (rmSync(CFG), execFileSync('ln', ['-s', 'isso.cfg', CFG])),
}

const HOOKS = {
  'an action': service => service.submit('set-websites'),
  'a form': service => service.getInput('set-websites'),
  'a backup': service => service.createBackup(),
  'the mail server of the system': async service => {
    const calls = () => service.spawned.filter(line => line.endsWith(' startos smtp')).length
    const already = calls()
    service.change('systemSmtp', systemMail(`127.0.0.${already + 2}`))
    await until('the hook is called', () => calls() > already)
    await until('the hook is over', () => ![...running().values()].some(line => line.endsWith(' startos smtp')))
  },
  'the start': service => service.start(),
}

for (const [name, hook] of Object.entries(HOOKS)) {
  test(`isso.cfg is lost while the service is stopped; then comes ${name}`, () =>
    withService(async service => {
      const { host } = service
      const password = await stopped(service)
      for (const loss of ['deleted', 'emptied']) {
        LOSSES[loss]()
        await hook(service)
        if (host.isStarted) await service.stop()
        assert.deepEqual(host.criticalTasks, [])
        await until('it is told', () => host.notifications.length > 0)
        const told = host.notifications.splice(0).map(({ message }) => message)
        assert.equal(told.length, 1, 'it is told once')
        assert.match(told[0], /isso\.cfg was missing or empty/)
      }
      await servesAsBefore(service, password)
    }))
}

/** Whatever becomes of isso.cfg, a new password can be set; `isRight` looks at what came of it. */
async function setsPassword(service, isRight) {
  for (const [name, lose] of Object.entries(LOSSES)) {
    try {
      lose()
      const password = await setPassword(service)
      assert.deepEqual(service.host.criticalTasks, [])
      await isRight(password)
    } catch (error) {
      throw new Error(`with ${name} it failed`, { cause: error })
    }
  }
}

test('a new password can be set in a fresh installation, whatever became of isso.cfg', () =>
  withService(async service => {
    let last
    await setsPassword(service, async password => {
      last = password
      assert.equal(values(CFG)['admin.password'], password)
    })
    await service.start()
    await up()
    assert.ok(await logsIn(last))
  }))

test('a new password can be set while the service is stopped, whatever became of isso.cfg', () =>
  withService(async service => {
    await stopped(service)
    const [good, lastGood] = [CFG, LAST_GOOD].map(path => readFileSync(path))
    let last
    await setsPassword(service, async password => {
      last = password
      assert.equal(values(CFG)['admin.password'], password)
      // Both were in the folder.
      if (!existsSync(LAST_GOOD)) [CFG, LAST_GOOD].forEach((path, at) => writeFileSync(path, [good, lastGood][at]))
      else assert.ok(values(CFG)['general.host'].includes(WEBSITE), 'the rest is kept')
    })
    await servesAsBefore(service, last)
  }))

test('a new password can be set while Isso runs, whatever became of isso.cfg', () =>
  withService(async service => {
    await configured(service)
    const { supervisor } = service
    await setsPassword(service, async password => {
      await until('the new password is in force', () => logsIn(password))
      await until('the good settings are kept', async () => readFileSync(LAST_GOOD, 'utf8').includes(password))
    })
    assert.ok(service.host.isStarted)
    assert.equal(service.supervisor, supervisor, 'nothing was restarted')
  }))

for (const loss of ['deleted', 'emptied']) {
  test(`isso.cfg is ${loss} while Isso runs; an action at that moment neither stops Isso nor loses anything`, () =>
    withService(async service => {
      const password = await configured(service)
      const { supervisor } = service
      LOSSES[loss]()
      await service.run('configure-server', { ...(await service.getInput('configure-server')).value, maxAge: '2h' })
      await inForce(service)
      await servesAsBefore(service, password)
      assert.equal(values(CFG)['general.max-age'], '2h')
      assert.equal(service.supervisor, supervisor, 'nothing was restarted')
    }))
}

test('isso.cfg loses its password while Isso runs; an action at that moment does not stop Isso', () =>
  withService(async service => {
    const password = await configured(service)
    writeFileSync(CFG, cfg().slice(0, cfg().indexOf('[admin]')))
    await service.submit('set-websites')
    assert.deepEqual(service.host.criticalTasks, [])
    assert.ok(service.host.isStarted)
    assert.ok(await logsIn(password))
  }))

test('isso.cfg is broken while the service is stopped; every form opens', () =>
  withService(async service => {
    await stopped(service)
    LOSSES['a line that nobody can read']()
    for (const action of service.host.actions.keys()) await service.getInput(action)
    assert.deepEqual(aside().length, 1)
    assert.deepEqual(service.host.notifications.length, 1)
  }))

// The SDK asks for no read-only mount, and may do so one day.
for (const [name, readonly] of [
  ['is writable', []],
  ['is read-only', ['/config']],
]) {
  test(`where /config ${name}, the supervisor keeps, puts back and enforces in the volume, under the hooks' lock`, () =>
    withService(
      async service => {
        const password = await configured(service)
        rmSync(CFG)
        await until('isso.cfg is back', () => existsSync(CFG) && cfg().includes(password))
        writeFileSync(CFG, cfg().replace(/^dbpath = .*$/m, 'dbpath = /elsewhere'))
        await until('dbpath is right again', () => cfg().includes('\ndbpath = /db/comments.db\n'))
        writeFileSync(CFG, cfg().replace(/(\[admin\][^]*?\nenabled = )true/, '$1false'))
        await until('the panel is on again', () => values(CFG)['admin.enabled'] === 'true')
        await inForce(service)
        assert.ok(existsSync(join(VOLUME, '.lock')))
        assert.ok(!existsSync(join(CONFIG, '.lock')), 'there is one lock')
        const writes = () => service.attach('/bin/sh', '-c', 'echo > /config/probe')
        if (readonly.length) assert.throws(writes)
        else writes()
      },
      { readonly },
    ))
}

test('a password that was shown is in force, whatever the supervisor puts right at that moment', () =>
  withService(async service => {
    await configured(service)
    const rounds = 12
    for (let round = 0; round < rounds; round++) {
      writeFileSync(CFG, round % 2 ? '' : cfg().replace(/^dbpath = .*$/m, 'dbpath = /elsewhere'))
      // The supervisor puts that right about a quarter of a second after; each round is at another moment of it.
      await setTimeout((round * 300) / rounds)
      const password = await setPassword(service)
      await until('the password is in force', () => logsIn(password))
      assert.equal(values(CFG)['admin.password'], password)
      await until('dbpath is right again', () => cfg().includes('\ndbpath = /db/comments.db\n'))
    }
  }))

test('a supervisor that was killed repairs isso.cfg, and StartOS tells it once', () =>
  withService(async service => {
    await configured(service)
    await health(service, 'success', /ready/)
    const { supervisor } = service
    LOSSES['a line that nobody can read']()
    kill(supervisor)
    await until('another supervisor runs', () => service.supervisor && service.supervisor !== supervisor)
    await up()
    await until('it is told', () => service.host.notifications.length > 0)
    await service.submit('set-websites')
    await service.createBackup()
    const told = service.host.notifications.map(({ message }) => message)
    assert.equal(told.length, 1)
    assert.match(told[0], /isso\.cfg\.rejected-/)
  }))

test('a supervisor that puts isso.cfg back while Isso runs has that told too', () =>
  withService(async service => {
    await configured(service)
    rmSync(CFG)
    await until('isso.cfg is back', () => existsSync(CFG))
    await until('it is told', () => service.host.notifications.length > 0)
    assert.match(service.host.notifications[0].message, /made again/)
  }))

test('a supervisor that is killed is started again, and then again', () =>
  withService(async service => {
    const password = await configured(service)
    for (let round = 0; round < 2; round++) {
      const { supervisor } = service
      kill(supervisor)
      await until('another supervisor runs', () => service.supervisor && service.supervisor !== supervisor)
      await up()
    }
    await servesAsBefore(service, password)
    assert.deepEqual(service.host.notifications, [])
  }))

test('a service that runs is stopped for its backup, and runs after it', () =>
  withService(async service => {
    const password = await configured(service)
    const { supervisor } = service
    await service.createBackup()
    assert.ok(service.host.isStarted)
    await up()
    assert.notEqual(service.supervisor, supervisor)
    await servesAsBefore(service, password)
  }))

for (const [name, image] of [
  ['entrypoint', { entrypoint: null, cmd: ['/isso/bin/gunicorn', '-b', '0.0.0.0:8080', '-w', '4', 'isso.run'] }],
  ['cmd', { entrypoint: ['/isso/bin/gunicorn', '-b', '0.0.0.0:8080', 'isso.run'], cmd: null }],
]) {
  test(`an image without ${name} runs`, () =>
    withService(
      async service => {
        await setPassword(service)
        await service.start()
        await up()
      },
      { image },
    ))
}

test('an image with neither entrypoint nor cmd is refused by name', () =>
  withService(
    async service => {
      await setPassword(service)
      await assert.rejects(service.start(), /entrypoint/)
    },
    { image: { entrypoint: null, cmd: null } },
  ))

test('texts that were cleared are empty, not a text of no letters', () =>
  withService(async service => {
    await service.submit('configure-smtp', value => ({ ...value, ...customMail }))
    const smtp = { selection: 'disabled', value: {} }
    await service.submit('configure-smtp', value => ({ ...value, smtp, to: '' }))
    assert.equal((await service.getInput('configure-smtp')).value.to, null)
    service.change('systemSmtp', systemMail('127.0.0.2'))
    const system = { selection: 'system', value: { customFrom: '' } }
    await service.submit('configure-smtp', value => ({ ...value, smtp: system, to: 'me@example.com' }))
    assert.match(values(CFG)['smtp.from'], /isso@example\.com/)
  }))
