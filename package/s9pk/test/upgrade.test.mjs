// Updates from the older package of the same name: volumes as it leaves them come up, with everything kept
// that Isso accepts. volumes/packaged is what its install and its actions write; volumes/edited and
// volumes/refused are what a person made of the isso.cfg in packaged/custom-mail.

import './emulator/enter.mjs'

import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { before as beforeAll, test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { Service, VOLUME } from './emulator/service.mjs'
import { systemMail } from './facts.mjs'
import { makeDatabase, refused, values } from './isso.mjs'
import { comments, logsIn, up } from './site.mjs'
import { until } from './until.mjs'

const VOLUMES = fileURLToPath(new URL('volumes', import.meta.url))
const DATABASE = '/media/comments.db'
const CONFIG = join(VOLUME, 'config')
const CFG = join(CONFIG, 'isso.cfg')
const STORE = join(VOLUME, 'start9/store.json')
const COMMENTS = ['This was *worth* reading.', 'To me, too – thank you!', 'Und hier steht „noch einer“.']

const configured = join(VOLUMES, 'packaged/custom-mail')
const all = folder => readdirSync(join(VOLUMES, folder)).map(name => join(VOLUMES, folder, name))
const store = () => JSON.parse(readFileSync(STORE, 'utf8'))

beforeAll(() => makeDatabase(DATABASE, readFileSync(join(VOLUMES, 'comments.sql'), 'utf8')))

/** Updates an installation with this volume, and has `look` look at what came of it. */
async function update(volume, look, { cfg, dataVersion = '0.14.0:4', database = DATABASE } = {}) {
  const service = new Service()
  try {
    cpSync(volume, VOLUME, { recursive: true })
    if (cfg) cpSync(cfg, CFG)
    if (database) {
      mkdirSync(join(VOLUME, 'db'))
      cpSync(database, join(VOLUME, 'db/comments.db'))
    }
    service.host.dataVersion = dataVersion
    service.host.systemSmtp = systemMail('127.0.0.2')
    await service.init('update')
    assert.equal(service.host.dataVersion, '0.14.0:5')
    await look(service)
  } finally {
    await service.close()
  }
}

/** It comes up, and serves what visitors have written. */
async function serves(service) {
  assert.deepEqual(service.host.criticalTasks, [])
  await service.start()
  await up()
  assert.deepEqual(await comments(), COMMENTS)
  assert.deepEqual(service.host.violations, [])
}

for (const release of [0, 1, 2, 3, 4]) {
  test(`release ${release} is updated`, () =>
    update(join(VOLUMES, 'packaged/websites'), () => {}, { dataVersion: `0.14.0:${release}` }))
}

test('an installation that was never used asks for its password, and then comes up', () =>
  update(
    join(VOLUMES, 'packaged/fresh'),
    async service => {
      assert.equal(service.host.criticalTasks.length, 1)
      await assert.rejects(service.start(), /critical task/)
      await service.run('set-admin-password')
      await service.start()
      await up()
      assert.deepEqual(service.host.notifications, [])
    },
    { database: null },
  ))

for (const volume of all('packaged').filter(volume => !volume.endsWith('/fresh'))) {
  test(`what actions have written is kept: ${basename(volume)}`, () =>
    update(volume, async service => {
      await serves(service)
      assert.ok(await logsIn(values(CFG)['admin.password']))
      assert.deepEqual(service.host.notifications, [])
      assert.equal(readFileSync(CFG, 'utf8'), readFileSync(join(volume, 'config/isso.cfg'), 'utf8'))
      const before = JSON.parse(readFileSync(join(volume, 'start9/store.json'), 'utf8'))
      assert.deepEqual(store().smtp, before.smtp)
      assert.deepEqual((await service.getInput('configure-smtp')).value.smtp, before.smtp)
    }))
}

/** The panel was off in it, so its password was never used. */
const PANEL_OFF = join(VOLUMES, 'edited/enforced.cfg')

test('a password from a time when the panel was off is asked for anew', () =>
  update(
    configured,
    async service => {
      assert.deepEqual(
        service.host.criticalTasks.map(({ actionId }) => actionId),
        ['set-admin-password'],
      )
      assert.equal(service.host.notifications.length, 1)
      await service.run('set-admin-password')
      await serves(service)
      const left = path => readFileSync(path, 'latin1').replace(/^password = .*$/m, '')
      const kept = left(PANEL_OFF).replace(/^dbpath = .*$/m, 'dbpath = /db/comments.db')
      assert.equal(left(CFG), kept.replace(/^(\[admin\]\nenabled = )no$/m, '$1true'))
    },
    { cfg: PANEL_OFF },
  ))

for (const cfg of all('edited').filter(cfg => cfg !== PANEL_OFF)) {
  test(`what a person has written is kept: ${basename(cfg)}`, () =>
    update(
      configured,
      async service => {
        await serves(service)
        assert.ok(await logsIn(values(CFG)['admin.password']))
        assert.deepEqual(service.host.notifications, [])
        const kept = readFileSync(cfg, 'latin1').replace(/^dbpath = .*$/m, 'dbpath = /db/comments.db')
        assert.equal(readFileSync(CFG, 'latin1'), kept)
      },
      { cfg },
    ))
}

/** What these have that the configured volume has not: what Isso would refuse is replaced by its default. */
const PUT_RIGHT = {
  'boolean.cfg': {},
  'duration.cfg': { 'general.max-age': '15m' },
  'empty-host.cfg': { 'general.host': 'localhost' },
  'hosts-with-commas.cfg': { 'general.host': '\nhttps://blog.example\nhttp://second.example:8000' },
  'key-twice.cfg': { 'general.gravatar': 'true' },
  'no-delimiter.cfg': {},
  'no-section.cfg': {},
  'not-utf-8.cfg': { 'general.name': 'Café' },
  'port.cfg': { 'smtp.port': '587' },
  'ratelimit.cfg': {},
  'renderer.cfg': {},
  'section-twice.cfg': { 'general.gravatar': 'true' },
}

test('Isso itself refuses what is called refused, and nothing else', () => {
  const [bad, good] = [all('refused'), all('edited')]
  assert.deepEqual(
    bad.map(path => basename(path)),
    Object.keys(PUT_RIGHT),
  )
  assert.deepEqual(refused([...bad, ...good]), bad)
})

for (const cfg of all('refused')) {
  test(`what Isso refuses is put right: ${basename(cfg)}`, () =>
    update(
      configured,
      async service => {
        await serves(service)
        const before = values(join(configured, 'config/isso.cfg'))
        assert.deepEqual(values(CFG), { ...before, ...PUT_RIGHT[basename(cfg)] })
        assert.deepEqual(
          service.host.notifications.map(({ level }) => level),
          ['warning'],
        )
        const aside = readdirSync(CONFIG).filter(name => name.startsWith('isso.cfg.rejected-'))
        assert.equal(aside.length, 1)
        assert.deepEqual(readFileSync(join(CONFIG, aside[0])), readFileSync(cfg))
      },
      { cfg },
    ))
}

/** Volumes whose isso.cfg was lost; what it said last is known. */
const LOST = all('lost')
const before = values(join(configured, 'config/isso.cfg'))

const isAsBefore = async service => {
  await serves(service)
  assert.ok(await logsIn(before['admin.password']))
  assert.deepEqual(values(CFG), before)
  assert.deepEqual(
    service.host.notifications.map(({ level }) => level),
    ['warning'],
  )
}

const hasServed = async service => {
  await service.start()
  await up()
  await until('the good settings are kept', () => existsSync(join(CONFIG, 'isso.cfg.last-good')))
}

/** As if a person or an editor had done that to isso.cfg. */
const lose = volume => {
  const left = join(volume, 'config/isso.cfg')
  if (existsSync(left)) writeFileSync(CFG, readFileSync(left))
  else rmSync(CFG)
}

for (const volume of LOST.filter(volume => !volume.endsWith('/half-written'))) {
  test(`an isso.cfg that is lost comes back with the update: ${basename(volume)}`, () => update(volume, isAsBefore))

  test(`an isso.cfg that is lost after it comes back with an action: ${basename(volume)}`, () =>
    update(configured, async service => {
      await hasServed(service)
      await service.stop()
      lose(volume)
      await service.submit('configure-server')
      await isAsBefore(service)
    }))
}

for (const volume of LOST) {
  test(`an isso.cfg that is lost while Isso runs costs nothing: ${basename(volume)}`, () =>
    update(configured, async service => {
      await hasServed(service)
      const { supervisor } = service
      lose(volume)
      await service.getInput('set-websites')
      await service.submit('set-websites')
      await serves(service)
      assert.ok(await logsIn(before['admin.password']))
      assert.ok(service.host.isStarted)
      assert.equal(service.supervisor, supervisor)
    }))
}
