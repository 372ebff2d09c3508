// The life of an installation, from the first `init` to `uninit`: what the built package asks of StartOS on
// the way is compared with life.transcript, and what comes of it is looked at. Real are the package, the
// program, Isso and everything between them; StartOS is emulated.

import './emulator/enter.mjs'

import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'

import { running, strangers } from './emulator/processes.mjs'
import { BACKUP, Service, VOLUME } from './emulator/service.mjs'
import { Transcript } from './emulator/transcript.mjs'
import { addresses, customMail, mailServer, publicDomains, systemMail } from './facts.mjs'
import { damage, empty, everything } from './files.mjs'
import { comment, comments, health, inForce, info, isLoggedIn, logsIn, mayRead, up } from './site.mjs'
import { steps } from './steps.mjs'
import { until } from './until.mjs'

const CFG = join(VOLUME, 'config/isso.cfg')
const cfg = () => readFileSync(CFG, 'utf8')
const edit = (from, to) => {
  assert.match(cfg(), from)
  writeFileSync(CFG, cfg().replace(from, to))
}

const transcript = new Transcript()
const service = new Service({ transcript })
const { host } = service
const secrets = []
const isSecret = (name, value) => {
  secrets.push(value)
  transcript.hide(name, value)
}
const tasks = () => host.criticalTasks.map(({ actionId }) => actionId)
let supervisor
after(() => service.close())

const step = steps(title => transcript.step(title))

const healthIs = async (result, text) => {
  await health(service, result, text)
  transcript.health()
}

const setPassword = async () => {
  const result = await service.run('set-admin-password')
  isSecret('password', result.result.value)
  transcript.answer(result)
  return result.result.value
}

step('it is installed', async () => {
  await service.init('install')
  assert.equal(host.dataVersion, '0.14.0:5')
  assert.deepEqual(tasks(), ['set-admin-password'])
  assert.deepEqual(Object.keys(host.interfaces), ['comments', 'admin'])
})

step('without a password it does not start', async () => {
  await assert.rejects(service.start(), /critical task/)
  assert.deepEqual(strangers(service.pid), [])
})

step('it gets addresses', async () => {
  host.publicDomains = publicDomains
  service.change('addresses', addresses)
  await until('it was looked at', () => transcript.has('action.clearTasks'))
  assert.deepEqual(tasks(), ['set-admin-password'])
})

step('each form is opened, filled in and sent', async () => {
  isSecret('mail password', mailServer.password)
  const typed = {
    'set-websites': () => ({ websites: ['https://blog.example'] }),
    'set-public-address': ({ spec }) => ({ address: spec.address.default }),
    'configure-server': ({ value }) => ({ ...value, maxAge: '2h' }),
    'configure-smtp': ({ value }) => ({ ...value, ...customMail }),
    'send-test-email': ({ value }) => value,
    'configure-feed': ({ value }) => ({ ...value, enabled: true }),
    'configure-formatting': ({ value }) => ({ ...value, tables: true }),
    'set-reverse-proxies': () => ({ proxies: ['192.0.2.1'] }),
    'embed-code': ({ spec }) => ({ address: Object.keys(spec.address.values)[0], pageId: null, pageTitle: '' }),
    // What it finds depends on the network of this machine.
    'check-embedding': ({ value }) => value,
  }
  const formless = ['set-admin-password', 'sign-out-everywhere']
  assert.deepEqual([...host.actions.keys()].toSorted(), [...Object.keys(typed), ...formless].toSorted())
  for (const [action, { hasInput }] of host.actions) {
    const form = await service.getInput(action)
    if (!hasInput) {
      assert.equal(form, null)
      if (action === 'set-admin-password') await setPassword()
      else transcript.answer(await service.run(action))
      continue
    }
    transcript.answer({ fields: Object.keys(form.spec), value: form.value })
    const sent = service.submit(action, (value, spec) => typed[action]({ value, spec }))
    if (action === 'send-test-email') await assert.rejects(sent, /Failed step: connection to the mail server/)
    else if (action === 'check-embedding') await sent
    else transcript.answer(await sent)
  }
  const { result } = await service.submit('configure-formatting', value => ({ ...value, footnotes: true }))
  assert.match(result.value, /<td>3<\/td>[^]*<li id="fn-1">/, 'Isso itself shows what it makes of a comment')
  const { address } = (await service.getInput('embed-code')).spec
  assert.deepEqual(Object.keys(address.values), ['https://comments.example', 'http://192.168.1.5:62080'])
  assert.equal((await service.getInput('configure-smtp')).value.to, 'me@example.com')
  const form = await service.getInput('set-public-address')
  assert.deepEqual(form.value, { address: 'https://comments.example' })
  assert.deepEqual(form.spec.address.values, {
    'https://comments.example': 'https://comments.example',
    'http://192.168.1.5:62080': 'http://192.168.1.5:62080 (not encrypted)',
    none: "None (links in mails lead where the commenter's request says)",
  })
  assert.deepEqual(tasks(), [])
})

step('what a form does not take changes nothing', async () => {
  const before = cfg()
  const typed = () => ({ websites: ['blog'] })
  await assert.rejects(service.submit('set-websites', typed), /the page does not send this/)
  await assert.rejects(service.run('set-websites', { websites: ['blog'] }), /blog/)
  assert.equal(cfg(), before)
})

step('it starts', async () => {
  await service.start()
  await up()
  supervisor = service.supervisor
  assert.ok(supervisor)
  for (const line of running().values()) for (const secret of secrets) assert.ok(!line.includes(secret))
})

step('the embedding is checked from the container of Isso', async () => {
  const { title, message } = await service.submit('check-embedding', value => value)
  assert.match(title, /^(No problem was found|Problems found: [0-9]+)$/)
  assert.match(message, /Checks that found nothing wrong: [1-9]/)
  assert.match(message, /comments\.example/)
})

// A healthy service is asked every 30 seconds only; so this comes first, and the health that it ends with lasts.
step('a bad line in isso.cfg is named, and costs nothing', async () => {
  edit(/(\[moderation\][^]*?\nenabled = )true/, '$1perhaps')
  const line =
    cfg()
      .split('\n')
      .findIndex(line => line.includes('perhaps')) + 1
  await healthIs('loading', new RegExp(`line ${line}, .*enabled`))
  assert.equal((await info()).moderation, true)
  edit(/perhaps/, 'true')
  await healthIs('success', /ready/)
})

step('an action changes Isso while it runs', async () => {
  assert.equal(await mayRead('https://second.example'), false)
  const websites = ['https://blog.example', 'https://second.example']
  transcript.answer(await service.run('set-websites', { websites }))
  await until('the second website may read', () => mayRead('https://second.example'))
  const password = await setPassword()
  await until('the new password is in force', () => logsIn(password))
})

step('an edit changes Isso while it runs', async () => {
  edit(/(\[moderation\][^]*?\nenabled = )true/, '$1false')
  await until('comments are not moderated', async () => (await info()).moderation === false)
  await inForce(service)
  await comment('https://second.example', 'What a *fine* post')
  assert.deepEqual(await comments(), ['What a *fine* post'])
})

step('everyone is signed out while Isso runs', async () => {
  const password = await setPassword()
  await until('the password is in force', () => logsIn(password))
  await inForce(service)
  const session = await logsIn(password)
  assert.ok(await isLoggedIn(session))
  transcript.answer(await service.run('sign-out-everywhere'))
  await until('the session has ended', async () => !(await isLoggedIn(session)))
  await inForce(service)
  assert.ok(await isLoggedIn(await logsIn(password)))
})

step('another mail server is followed only if it is selected', async () => {
  const before = cfg()
  const calls = lines => [...lines].filter(line => line.endsWith(' startos smtp')).length
  const already = calls(service.spawned)
  service.change('systemSmtp', systemMail('127.0.0.2'))
  await until('the hook is called', () => calls(service.spawned) > already)
  await until('the hook is over', () => calls(running().values()) === 0)
  assert.equal(cfg(), before)
})

step('the mail server of the system is selected, and changes', async () => {
  const smtp = { selection: 'system', value: { customFrom: null } }
  transcript.answer(await service.run('configure-smtp', { ...customMail, smtp }))
  assert.match(cfg(), /^host = 127\.0\.0\.2$/m)
})

step('it is another mail server then', async () => {
  await inForce(service)
  const [isso] = [...running()].find(([, line]) => line.includes('gunicorn') && !line.includes('supervise'))
  service.change('systemSmtp', systemMail('127.0.0.3'))
  await until('it was carried out', () => transcript.has('action.clearTasks'))
  assert.match(cfg(), /^host = 127\.0\.0\.3$/m)
  await until('Isso is another one', () => running().get(isso) === undefined)
  await inForce(service)
})

step('the public address is taken away, and comes back', async () => {
  const task = () => host.tasks.get('isso:set-public-address')
  const isDomain = ({ metadata }) => metadata.kind === 'public-domain'
  service.change(
    'addresses',
    addresses.filter(it => !isDomain(it)),
  )
  await until('the task is raised', task)
  assert.equal(task().severity, 'important')
  assert.ok(host.isStarted, 'it is no reason to stop')
  service.change('addresses', addresses)
  await until('the task is gone', () => !task())
  assert.deepEqual(host.notifications, [])
})

step('it stops', async () => {
  assert.equal(service.supervisor, supervisor, 'nothing of this has restarted the service')
  assert.equal(host.restarts, 0)
  await service.stop()
  assert.deepEqual(strangers(service.pid), [])
  assert.deepEqual(host.subcontainers, [])
})

step('a backup is made', async () => {
  await service.createBackup()
  assert.deepEqual(everything(join(BACKUP, 'volumes/main')), everything(VOLUME))
})

step('the volume is lost, and the backup put back', async () => {
  const before = everything(VOLUME)
  empty(VOLUME)
  await service.init('restore')
  assert.deepEqual(everything(VOLUME), before)
  assert.deepEqual(tasks(), [])
  await service.start()
  await up()
  assert.deepEqual(await comments(), ['What a *fine* post'])
  await service.stop()
})

step('a damaged database does not replace a good backup', async () => {
  const before = everything(BACKUP)
  damage(join(VOLUME, 'db/comments.db'))
  await assert.rejects(service.createBackup(), /database/)
  assert.deepEqual(everything(BACKUP), before)
})

step('a damaged backup is put back, and told of', async () => {
  const kept = mkdtempSync('/media/kept-')
  cpSync(BACKUP, kept, { recursive: true })
  damage(join(BACKUP, 'volumes/main/db/comments.db'))
  await service.init('restore')
  assert.deepEqual(
    host.notifications.splice(0).map(({ level }) => level),
    ['error'],
  )
  cpSync(kept, BACKUP, { recursive: true })
  rmSync(kept, { recursive: true })
})

step('the good backup is put back', async () => {
  await service.init('restore')
  assert.deepEqual(host.notifications, [])
})

step('the password gets lost', async () => {
  edit(/(\[admin\][^]*?\npassword =).*/, '$1')
  await assert.rejects(service.start(), /without an admin password/)
  assert.deepEqual(tasks(), ['set-admin-password'])
  await setPassword()
  assert.deepEqual(tasks(), [])
})

step('the server restarts in another language', async () => {
  service.language = 'de_DE.UTF-8'
  await service.reopenContainer()
  await service.init(null)
  assert.equal(host.actions.get('configure-smtp').name, 'E-Mail-Benachrichtigungen')
})

step('it is uninstalled', async () => {
  await service.uninstall()
  assert.equal(host.dataVersion, null)
  assert.deepEqual(strangers(), [])
})

test('StartOS was asked for nothing that its types do not allow', () => {
  assert.deepEqual(host.violations, [])
})

test('no secret was told', () => {
  assert.ok(secrets.length > 3)
  const told = [service.log, transcript.raw, ...service.spawned].join('\n')
  for (const secret of secrets) assert.ok(!told.includes(secret), 'a password was told')
})

test('this is what was asked of StartOS', () => {
  transcript.compare(new URL('life.transcript', import.meta.url).pathname)
})
