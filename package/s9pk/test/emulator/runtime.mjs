// The part of StartOS that lives with a package in its container: it loads the package's JavaScript and
// calls its exports with `effects`, behind which the host is asked. As there, both are processes that talk
// in JSON, so what cannot be written as JSON does not arrive, and a callback is a number.
//
// Arguments: the built index.js; without one, nothing is loaded, which tells what this process itself costs.

import { subscribe } from 'node:diagnostics_channel'
import { createRequire } from 'node:module'

import { EFFECTS } from './effects.mjs'

/** What lasts as long as a call of the package, or as what it has begun: callbacks, and what is to do at the end. */
class Context {
  static #lastId = 0
  #callbacks = new Map()
  #children = new Map()
  #atEnd = []

  child(name) {
    this.end(name)
    const child = new Context()
    this.#children.set(name, child)
    return child
  }

  end(name) {
    this.#children.get(name)?.#leave()
    this.#children.delete(name)
  }

  onLeave(fn) {
    this.#atEnd.push(fn)
  }

  idOf(callback) {
    if (!callback) return null
    const id = ++Context.#lastId
    this.#callbacks.set(id, callback)
    return id
  }

  /** A callback is called once. */
  take(id) {
    const own = this.#callbacks.get(id)
    this.#callbacks.delete(id)
    if (own) return own
    for (const child of this.#children.values()) {
      const found = child.take(id)
      if (found) return found
    }
    return undefined
  }

  #leave() {
    for (const name of [...this.#children.keys()]) this.end(name)
    this.#callbacks.clear()
    for (const fn of this.#atEnd.splice(0)) fn()
  }
}

function makeEffects(eventId, context) {
  const effects = {
    eventId,
    child: name => makeEffects(eventId, context?.child(name)),
    constRetry: undefined,
    isInContext: !!context,
    onLeaveContext: fn => context?.onLeave(fn),
  }
  for (const name of EFFECTS) {
    const path = name.split('.')
    const last = path.pop()
    const at = path.reduce((at, part) => (at[part] ??= {}), effects)
    at[last] = (options = {}) => {
      const callback = 'callback' in options ? { callback: context?.idOf(options.callback) ?? null } : {}
      return askHost(name, { ...options, ...callback }, eventId)
    }
  }
  context?.onLeave(() => {
    effects.constRetry = undefined
    effects.isInContext = false
  })
  return effects
}

const asked = new Map()
let lastAsked = 0

function askHost(effect, params, eventId) {
  const id = ++lastAsked
  process.send({ id, effect, params, eventId })
  return new Promise((resolve, reject) => asked.set(id, { resolve, reject }))
}

// The arguments of a process can be seen by every user, so a test gets to see all of them.
subscribe('child_process', ({ process: child }) => {
  process.nextTick(() => process.send({ spawned: child.spawnargs }))
})

const root = new Context()
const index = process.argv[2]
const load = () => (index ? createRequire(import.meta.url)(index) : undefined)
let abi
let main

const procedures = {
  async init({ eventId, kind }) {
    abi ??= load()
    await abi?.init({ effects: makeEffects(eventId, root.child('init')), kind })
  },
  async start() {
    if (main) return
    const effects = makeEffects(null, root.child('main'))
    let retried = false
    effects.constRetry = () => {
      if (!retried && effects.isInContext) effects.restart()
      retried = true
    }
    main = await (await abi.main({ effects })).build()
  },
  async stop() {
    root.end('main')
    const running = main
    main = undefined
    await running?.term()
  },
  async exit({ eventId, target = null }) {
    await procedures.stop()
    await abi.uninit({ effects: makeEffects(eventId), target })
  },
  async createBackup({ eventId }) {
    await abi.createBackup({ effects: makeEffects(eventId, root.child('/backup/create')) })
  },
  getInput({ eventId, action, prefill = null }) {
    const effects = makeEffects(eventId, root.child(`/actions/${action}/getInput`))
    return abi.actions.get(action).getInput({ effects, prefill })
  },
  run({ eventId, action, input }) {
    const effects = makeEffects(eventId, root.child(`/actions/${action}/run`))
    return abi.actions.get(action).run({ effects, input })
  },
}

process.on('message', async message => {
  if ('procedure' in message) {
    const answer = { answers: message.id }
    try {
      answer.result = (await procedures[message.procedure](message.params)) ?? null
    } catch (error) {
      answer.error = String(error?.message ?? error)
    }
    process.send(answer)
  } else if ('callback' in message) {
    root.take(message.callback)?.()
  } else {
    const { resolve, reject } = asked.get(message.answers)
    asked.delete(message.answers)
    'error' in message ? reject(new Error(message.error)) : resolve(message.result)
  }
})
