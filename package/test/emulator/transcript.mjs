// Writes down what a package asks of StartOS, a line for each call, in words that are the same each time.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'

export class Transcript {
  #lines = []
  #secrets = []
  /** Where only the last call of a step is certain; how many come before depends on the moment. */
  #latest = { progress: null, health: null }
  #health = null

  /** What comes from now on belongs to this step. */
  step(title) {
    this.#flush()
    this.#lines.push('', `# ${title}`)
  }

  /** A value that is another one each time, or must not be written down. */
  hide(name, value) {
    this.#secrets.push([value, `<${name}>`])
  }

  effect(name, params) {
    const line = `${name} ${this.#json(params)}`
    if (name === 'setInitProgress' || name === 'setBackupProgress') this.#latest.progress = line
    else if (name === 'setHealth') this.#latest.health = line
    else this.#lines.push(line)
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

  #flush() {
    const { progress, health } = this.#latest
    if (progress) this.#lines.push(progress)
    if (health && health !== this.#health) this.#lines.push((this.#health = health))
    this.#latest = { progress: null, health: null }
  }

  #json(value) {
    let text = JSON.stringify(value, (key, value) => {
      if (key === 'guid' || key === 'eventId') return `<${key}>`
      return key === 'callback' && value !== null ? '<callback>' : value
    })
    for (const [secret, name] of this.#secrets) text = text.replaceAll(secret, name)
    return text
  }
}
