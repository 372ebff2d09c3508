// What tests do with whole folders, and to databases.

import { closeSync, openSync, readFileSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs'
import { join, relative } from 'node:path'

/** What is in a folder: the mode of each file, and its bytes. */
export function everything(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  const found = files.map(({ path, name }) => {
    const file = join(path, name)
    return [relative(folder, file), `${statSync(file).mode.toString(8)} ${readFileSync(file, 'latin1')}`]
  })
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)))
}

export function empty(folder) {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true })
}

/** Spoils every page of a database but the first. */
export function damage(database) {
  const file = openSync(database, 'r+')
  const page = 4096
  for (let at = page; at < statSync(database).size; at += page) writeSync(file, 'no page', at)
  closeSync(file)
}
