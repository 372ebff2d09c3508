// Writes down what a package asks of StartOS, a line for each call, in words that are the same each time.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'

export class Transcript {
  /** Every call as it was made, to look for what must not be told. */
  raw = ''
  #lines = []
  #names = []
  #announced = new Map()
  #step = 0
  /** How many calls tell of progress depends on the moment; the last one is certain. */
  #progress = null
  #health = null

  /** What comes from now on belongs to this step. */
  step(title) {
    this.#flush()
    this.#lines.push('', `# ${title}`)
    this.#step = this.#lines.length
  }

  /** A value that is another one each time, or must not be written down. */
  hide(name, value) {
    this.#names.push([JSON.stringify(value).slice(1, -1), `<${name}>`])
  }

  effect(name, params) {
    this.raw += `${name} ${JSON.stringify(params)}\n`
    const line = `${name} ${this.#json(params)}`
    if (name === 'setInitProgress' || name === 'setBackupProgress') this.#progress = line
    else if (name === 'setHealth') this.#health = line
    else if (name === 'action.export') this.#lines.push(this.#announce(params.id, line))
    else this.#lines.push(line)
  }

  /** Whether this step has such a call. */
  has(name) {
    return this.#lines.slice(this.#step).some(line => line.startsWith(`${name} `))
  }

  /** Health is asked for again and again, so what is written down is what a test has waited for. */
  health() {
    this.#lines.push(this.#health)
  }

  /** What the package answered. */
  answer(value) {
    this.#flush()
    this.#lines.push(`=> ${this.#json(value)}`)
  }

  /** With UPDATE=1 the file is written instead. */
  compare(path) {
    this.#flush()
    const text = `${this.#lines.join('\n').trimStart()}\n`
    if (process.env.UPDATE === '1') writeFileSync(path, text)
    assert.equal(text, readFileSync(path, 'utf8'), `${path} tells otherwise; UPDATE=1 writes it anew`)
  }

  /** The actions are announced after every hook, and hardly ever otherwise than before. */
  #announce(id, line) {
    if (this.#announced.get(id) === line) return `action.export {"id":"${id}"} as before`
    this.#announced.set(id, line)
    return line
  }

  #flush() {
    if (this.#progress) this.#lines.push(this.#progress)
    this.#progress = null
  }

  #json(value) {
    let text = JSON.stringify(value, (key, value) => {
      if (key === 'guid' || key === 'eventId') return `<${key}>`
      return key === 'callback' && value !== null ? '<callback>' : value
    })
    for (const [value, name] of this.#names) text = text.replaceAll(value, name)
    return text
  }
}
