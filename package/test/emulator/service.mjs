// A service on the emulated StartOS: its folders below /media/startos, its container, and what the host
// has it do, in the order in which StartOS does it.

import { fork, execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { machine } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { until } from '../until.mjs'
import { Host } from './host.mjs'
import { describe } from './image.mjs'
import { kill, running, strangers } from './processes.mjs'

const STARTOS = '/media/startos'
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const LOG = '/media/log'
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
  /** The command line of each process that the package has started. */
  spawned = []

  /** With `index` null nothing of the package is loaded. */
  constructor({ transcript, language = 'en_US', index } = {}) {
    this.transcript = transcript
    this.language = language
    this.index = index === undefined ? need('PACKAGE_INDEX', here('../../javascript/index.js')) : index
    this.host = new Host(need('ISSO_TEST_RUNTIME'))
    mkdirSync(STARTOS, { recursive: true })
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'startos', STARTOS])
    for (const folder of [VOLUME, dirname(PROGRAM), BACKUP]) mkdirSync(folder, { recursive: true })
    copyFileSync(need('ISSOCTL'), PROGRAM)
    describe(join(STARTOS, 'images'))
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

  start() {
    return this.#execute('start', {})
  }

  stop() {
    return this.#execute('stop', {})
  }

  createBackup() {
    return this.#withBackup(() => this.#execute('createBackup', { eventId: randomUUID() }))
  }

  /** Opens the form of an action. */
  getInput(action, prefill) {
    return this.#execute('getInput', { eventId: randomUUID(), action, prefill })
  }

  /** Runs an action, with the form that was opened before if it has one. */
  async run(action, input = null, form = undefined) {
    const eventId = form?.eventId ?? randomUUID()
    const result = await this.#execute('run', { eventId, action, input })
    this.host.actionWasRun(action)
    return result
  }

  /** Changes what the host knows, and tells the service if that wanted to hear of it. */
  change(field, value) {
    this.host[field] = value
    for (const callback of this.host.takeCallbacks(field)) this.#runtime.send({ callback })
  }

  /** The server is restarted: the container is another one, the volume the same. */
  async reopenContainer() {
    await this.#closeContainer()
    this.#openContainer()
  }

  /** The service is taken away. */
  async uninstall() {
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
    const ended = new Promise(resolve => this.#runtime.once('exit', resolve))
    if (this.#runtime.exitCode === null && this.#runtime.kill('SIGKILL')) await ended
    // Some of them end because others do.
    await until('nothing runs any more', () => {
      const left = strangers()
      left.forEach(kill)
      return left.length === 0
    })
  }

  #execute(procedure, params) {
    const id = ++this.#lastId
    this.#runtime.send({ id, procedure, params })
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
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
      this.#runtime.send({ answers: id, result: this.host.answer(effect, params) })
    } catch (error) {
      this.#runtime.send({ answers: id, error: error.message })
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
