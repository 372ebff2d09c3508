// A service on the emulated StartOS: its folders below /media/startos, its container, and what the host
// has it do, in the order in which StartOS does it.

import { fork, execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { machine } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { until } from '../until.mjs'
import { Host } from './host.mjs'
import { describe, unpack } from './image.mjs'
import { problemOf } from './page.mjs'
import { kill, running, strangers } from './processes.mjs'

const STARTOS = '/media/startos'
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const LOG = '/media/log'
/** Which mounts the container's program makes read-only; bin/start-container reads it. */
const READONLY = '/media/readonly'
/** Where the host keeps backups. The container sees them only while one is made or put back. */
export const BACKUP = '/media/backup'
export const VOLUME = join(STARTOS, 'volumes/main')
export const PROGRAM = join(STARTOS, 'assets', machine(), 'issoctl')

const here = path => fileURLToPath(new URL(path, import.meta.url))

/** What has to be made before, and where `make` says that it is. */
function need(variable, fallback) {
  const path = process.env[variable] ?? fallback
  if (!path || !existsSync(path)) {
    throw new Error(`${variable}${path ? `=${path} is not there` : ' is not set'}; \`make test-package\` makes it`)
  }
  return path
}

export class Service {
  #runtime
  #waiting = new Map()
  #lastId = 0
  #isClosed = false
  #stopping = Promise.resolve()
  /** The command line of each process that the package has started. */
  spawned = []

  /**
   * With `index` null nothing of the package is loaded. `image` is what StartOS knows of the image otherwise. The SDK
   * does not pass on which mounts are to be read-only; `readonly` names mount points for which it does.
   */
  constructor({ transcript, language = 'en_US.UTF-8', index, image, readonly = [] } = {}) {
    this.transcript = transcript
    this.language = language
    this.index = index === undefined ? need('PACKAGE_INDEX', here('../../javascript/index.js')) : index
    this.host = new Host(
      need('ISSO_TEST_RUNTIME'),
      () => (this.#stopping = this.#execute('stop', {}).finally(() => this.#stopped())),
    )
    mkdirSync(STARTOS, { recursive: true })
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'startos', STARTOS])
    for (const folder of [VOLUME, dirname(PROGRAM), BACKUP]) mkdirSync(folder, { recursive: true })
    copyFileSync(need('ISSOCTL'), PROGRAM)
    writeFileSync(READONLY, readonly.map(mountpoint => `${mountpoint}\n`).join(''))
    this.host.accept('image', describe(join(STARTOS, 'images'), image))
    unpack(join(STARTOS, 'images/isso'), this.host.python)
    this.#openContainer()
  }

  /** The process of the package. */
  get pid() {
    return this.#runtime.pid
  }

  /** The process that looks after Isso, if it runs. */
  get supervisor() {
    for (const [pid, line] of running()) if (line.startsWith('/opt/issoctl/issoctl ')) return pid
    return null
  }

  /** What a command says that is run beside Isso. */
  attach(...command) {
    const options = [`--env-file=${STARTOS}/images/isso.env`, '--user=root', '--workdir=/isso/']
    return execFileSync('start-container', ['subcontainer', 'exec', ...options, ...this.host.subcontainers, ...command])
  }

  /** What the package and what runs in its subcontainers have printed. */
  get log() {
    return readFileSync(LOG, 'utf8')
  }

  init(kind) {
    const init = () => this.#execute('init', { eventId: randomUUID(), kind })
    return kind === 'restore' ? this.#withBackup(init) : init()
  }

  /** The person presses Start. */
  async start() {
    if (this.host.isBlocked) throw new Error('a critical task is to be done before the service can start')
    this.host.desired = 'running'
    await this.#reconcile()
  }

  /** The person presses Stop. */
  async stop() {
    this.host.desired = 'stopped'
    await this.#reconcile()
  }

  /** Waits until a service that a critical task takes down is down. */
  async settled() {
    await this.#stopping
  }

  /** A service that runs is stopped before its backup is made, and started again after it. */
  async createBackup() {
    const { desired } = this.host
    await this.stop()
    try {
      return await this.#withBackup(() => this.#execute('createBackup', { eventId: randomUUID() }))
    } finally {
      this.host.desired = desired
      await this.#reconcile()
    }
  }

  /** Opens the form of an action; there is none for an action without input. */
  async getInput(action, prefill) {
    if (!this.host.action(action).hasInput) return null
    const form = await this.#execute('getInput', { eventId: randomUUID(), action, prefill })
    return this.host.accept('actionInput', form)
  }

  /** Runs an action, with the form that was opened before if it has one. */
  async run(action, input = null, form = undefined) {
    this.host.action(action)
    const eventId = form?.eventId ?? randomUUID()
    const result = this.host.accept('actionResult', await this.#execute('run', { eventId, action, input }))
    this.host.actionWasRun(action)
    await this.settled()
    return result
  }

  /** Fills in a form on the page and sends it. What the page finds wrong it does not send. */
  async submit(action, change = value => value) {
    const form = await this.getInput(action)
    const input = change(structuredClone(form.value), form.spec)
    const problem = problemOf(form.spec, input)
    if (problem) throw new Error(`the page does not send this: ${problem}`)
    return this.run(action, input, form)
  }

  /** Changes what the host knows, and tells the service if that wanted to hear of it. */
  change(field, value) {
    this.host[field] = value
    for (const callback of this.host.takeCallbacks(field)) this.#send({ callback })
  }

  /** The server is restarted: the container is another one, the volume the same. */
  async reopenContainer() {
    await this.#closeContainer()
    this.#openContainer()
  }

  /** The service is taken away. */
  async uninstall() {
    await this.stop()
    await this.#execute('exit', { eventId: randomUUID() })
    await this.close()
  }

  /** Ends everything, whatever state it is in. */
  async close() {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#closeContainer()
    execFileSync('umount', ['--lazy', STARTOS])
  }

  #openContainer() {
    const log = openSync(LOG, 'a')
    this.#runtime = fork(here('runtime.mjs'), this.index ? [this.index] : [], {
      cwd: '/',
      env: { PATH, LANG: this.language },
      execArgv: [],
      stdio: ['ignore', log, log, 'ipc'],
    })
    this.#runtime.on('message', message => this.#hear(message))
    this.#runtime.on('exit', (code, signal) => {
      const error = new Error(`the container's process ended (${signal ?? code})`)
      for (const { reject } of this.#waiting.values()) reject(error)
      this.#waiting.clear()
    })
  }

  async #closeContainer() {
    this.#stopped()
    const ended = new Promise(resolve => this.#runtime.once('exit', resolve))
    if (this.#runtime.exitCode === null && this.#runtime.kill('SIGKILL')) await ended
    // Some of them end because others do.
    await until('nothing runs any more', () => {
      const left = strangers()
      left.forEach(kill)
      return left.length === 0
    })
  }

  /** Brings the service where it is wanted, unless a critical task stands in the way. */
  async #reconcile() {
    await this.#stopping
    const { host } = this
    if (host.desired === 'stopped' && host.isStarted) {
      await this.#execute('stop', {}).finally(() => this.#stopped())
    } else if (host.desired === 'running' && !host.isStarted && !host.isBlocked) {
      await this.#execute('start', {})
      host.isStarted = true
      if (host.isBlocked) await this.stop()
    }
  }

  #stopped() {
    this.host.isStarted = false
    this.host.health.clear()
  }

  #execute(procedure, params) {
    const id = ++this.#lastId
    this.#send({ id, procedure, params })
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
  }

  /** What a process that was killed has asked before goes unanswered. */
  #send(message) {
    this.#runtime.send(message, () => {})
  }

  #hear(message) {
    if ('answers' in message) {
      const { resolve, reject } = this.#waiting.get(message.answers)
      this.#waiting.delete(message.answers)
      'error' in message ? reject(new Error(message.error)) : resolve(message.result)
      return
    }
    if ('spawned' in message) {
      this.spawned.push(message.spawned.join(' '))
      return
    }
    const { id, effect, params } = message
    this.transcript?.effect(effect, params)
    try {
      this.#send({ answers: id, result: this.host.answer(effect, params) })
    } catch (error) {
      this.#send({ answers: id, error: error.message })
    }
  }

  async #withBackup(work) {
    const mounted = join(STARTOS, 'backup')
    mkdirSync(mounted, { recursive: true })
    execFileSync('mount', ['--bind', BACKUP, mounted])
    try {
      return await work()
    } finally {
      execFileSync('umount', [mounted])
    }
  }
}
