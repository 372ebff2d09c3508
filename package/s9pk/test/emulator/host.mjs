// What StartOS itself knows of the one service, and what it does when the service's `effects` ask: tasks,
// actions, interfaces, health, notifications, and which hook to call when the system's mail server or an address
// changes. It is kept in plain fields for tests to look at. Each call and each answer has to be of the type that
// StartOS publishes for it.

import { randomUUID } from 'node:crypto'
import { join } from 'node:path'

import { remove, unpack } from './image.mjs'
import { check, checkAnswer, checkCall } from './types.mjs'

export const PACKAGE = 'isso'
const SUBCONTAINERS = '/media/startos/subcontainers'

export class Host {
  actions = new Map()
  tasks = new Map()
  health = new Map()
  notifications = []
  dataVersion = null
  systemSmtp = null
  /** The SDK's `HostnameInfo`s of every binding. */
  addresses = []
  /** The SDK's `PublicDomainConfig` of each public domain. */
  publicDomains = {}
  restarts = 0
  /** Whether the service is wanted up, and whether it is. */
  desired = 'stopped'
  isStarted = false
  /** What the package did that StartOS' types or rules do not allow. The service refused it, but a test must hear of it. */
  violations = []
  #bindings = new Map()
  #callbacks = []
  #roots = new Map()
  #inStock = []

  /** `whenBlocked` is called when a critical task takes a service down. */
  constructor(python, whenBlocked = () => {}) {
    this.python = python
    this.whenBlocked = whenBlocked
  }

  /** Unpacks an image ahead, which is no part of what a package's start costs. */
  stock() {
    const guid = randomUUID()
    const root = join(SUBCONTAINERS, guid)
    unpack(root, this.python)
    this.#inStock.push([root, guid])
  }

  effects = {
    'action.export': ({ id, metadata }) => void this.actions.set(id, metadata),
    'action.clear': ({ except }) => keep(this.actions, id => except.includes(id)),
    'action.createTask': ({ replayId, ...task }) => {
      this.tasks.set(replayId, task)
      if (!this.isBlocked) return
      // The person has to start it again.
      this.desired = 'stopped'
      if (this.isStarted) this.whenBlocked()
    },
    'action.clearTasks': ({ only, except }) =>
      keep(this.tasks, id => (only ? !only.includes(id) : except.includes(id))),
    bind: ({ id, internalPort, ...options }) => {
      // What its type does not have, the host does not keep.
      delete options.addSsl?.scheme
      const key = keyOf(id, internalPort)
      const before = this.#bindings.get(key)
      this.#bindings.set(key, { id, internalPort, options, interfaces: before?.interfaces ?? {} })
    },
    clearBindings: ({ except }) => {
      const kept = except.map(({ id, internalPort }) => keyOf(id, internalPort))
      keep(this.#bindings, key => kept.includes(key))
    },
    exportServiceInterface: shown => {
      const { hostId, internalPort } = shown.addressInfo
      const binding = this.#bindings.get(keyOf(hostId, internalPort))
      if (!binding) throw new Error(`nothing is bound to port ${internalPort} of ${hostId}`)
      binding.interfaces[shown.id] = shown
    },
    clearServiceInterfaces: ({ except }) => {
      for (const binding of this.#bindings.values()) {
        const kept = Object.entries(binding.interfaces).filter(([id]) => except.includes(id))
        binding.interfaces = Object.fromEntries(kept)
      }
    },
    getHostInfo: ({ hostId, callback }) => {
      this.#subscribe('addresses', callback)
      const bindings = [...this.#bindings.values()].filter(({ id }) => id === hostId)
      if (bindings.length === 0) return null
      return {
        bindings: Object.fromEntries(bindings.map(binding => [binding.internalPort, this.#bindInfo(binding)])),
        bindingRanges: {},
        publicDomains: this.publicDomains,
        privateDomains: {},
        portForwards: [],
      }
    },
    getServiceInterface: ({ serviceInterfaceId, callback }) => {
      this.#subscribe('addresses', callback)
      return this.interfaces[serviceInterfaceId] ?? null
    },
    listServiceInterfaces: ({ callback }) => {
      this.#subscribe('addresses', callback)
      return this.interfaces
    },
    getSystemSmtp: ({ callback }) => {
      this.#subscribe('systemSmtp', callback)
      return this.systemSmtp
    },
    clearCallbacks: ({ only, except }) => {
      this.#callbacks = this.#callbacks.filter(({ id }) => (only ? !only.includes(id) : except.includes(id)))
    },
    'notification.create': notification => void this.notifications.push(notification),
    setHealth: ({ id, ...health }) => void this.health.set(id, health),
    setInitProgress: () => {},
    setBackupProgress: () => {},
    setDependencies: () => {},
    getDataVersion: () => this.dataVersion,
    setDataVersion: ({ version }) => void (this.dataVersion = version),
    restart: () => void this.restarts++,
    getStatus: () => ({
      health: Object.fromEntries([...this.health].map(([id, health]) => [id, { ...health }])),
      error: null,
      started: this.isStarted ? new Date().toISOString() : null,
      desired: { main: this.desired },
    }),
    'subcontainer.createFs': () => {
      if (this.#inStock.length === 0) this.stock()
      const [root, guid] = this.#inStock.pop()
      this.#roots.set(guid, root)
      return [root, guid]
    },
    'subcontainer.destroyFs': ({ guid }) => {
      remove(this.#roots.get(guid))
      this.#roots.delete(guid)
    },
  }

  answer(effect, params) {
    const handler = this.effects[effect]
    if (!handler) throw new Error(`the effect ${effect} is not emulated`)
    this.holdTo(() => checkCall(effect, params))
    const answer = handler(params) ?? null
    checkAnswer(effect, answer)
    return answer
  }

  /** A value that the package hands over, which has to be of a type that StartOS publishes. */
  accept(type, value) {
    this.holdTo(() => check(type, value))
    return value
  }

  /** Refuses what is no part of StartOS' contract. */
  holdTo(rule) {
    try {
      rule()
    } catch (error) {
      this.violations.push(error.message)
      throw error
    }
  }

  /** What is called back when one of the fields changes; each is called once. */
  takeCallbacks(field) {
    const taken = this.#callbacks.filter(callback => callback.field === field)
    this.#callbacks = this.#callbacks.filter(callback => callback.field !== field)
    return taken.map(({ id }) => id)
  }

  get interfaces() {
    return Object.assign({}, ...[...this.#bindings.values()].map(({ interfaces }) => interfaces))
  }

  /** As long as a critical task stands, the service may not run. */
  get isBlocked() {
    return this.criticalTasks.some(({ packageId }) => packageId === PACKAGE)
  }

  /** An exported action that may be run as things are. */
  action(id) {
    const action = this.actions.get(id)
    if (!action) throw new Error(`there is no action ${id}`)
    if (action.visibility?.disabled) throw new Error(`the action ${id} is disabled`)
    if (action.allowedStatuses === (this.isStarted ? 'only-stopped' : 'only-running')) {
      throw new Error(`the action ${id} is ${action.allowedStatuses}`)
    }
    return action
  }

  get criticalTasks() {
    return [...this.tasks.values()].filter(({ severity }) => severity === 'critical')
  }

  get subcontainers() {
    return [...this.#roots.values()]
  }

  /** A task without a condition is done when its action was run. */
  actionWasRun(action) {
    keep(this.tasks, id => {
      const { packageId, actionId, when } = this.tasks.get(id)
      return packageId !== PACKAGE || actionId !== action || !!when
    })
  }

  #subscribe(field, id) {
    if (id != null) this.#callbacks.push({ field, id })
  }

  #bindInfo({ options, interfaces }) {
    return {
      enabled: true,
      options,
      net: { assignedPort: 62080, assignedSslPort: 62443 },
      addresses: { enabled: [], disabled: [], guaWan: [], available: this.addresses },
      interfaces,
    }
  }
}

function keyOf(hostId, internalPort) {
  return `${hostId}:${internalPort}`
}

function keep(map, wanted) {
  for (const key of [...map.keys()]) if (!wanted(key)) map.delete(key)
}
