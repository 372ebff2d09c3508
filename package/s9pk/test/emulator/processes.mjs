// What runs in the namespaces of the emulated StartOS.

import { readFileSync, readdirSync } from 'node:fs'

/** The command line of each process. */
export function running() {
  const lines = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(pid => [Number(pid), read(pid, 'cmdline').replaceAll('\0', ' ').trim()])
  return new Map(lines.filter(([pid]) => /^State:\s+[^Z]/m.test(read(pid, 'status'))))
}

/** Whatever runs beside the test itself and what started it. */
export function strangers(...known) {
  const ours = [1, process.pid, process.ppid, ...known]
  return [...running().keys()].filter(pid => !ours.includes(pid))
}

export function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

/** Of a process that ended meanwhile there is nothing to read. */
function read(pid, what) {
  try {
    return readFileSync(`/proc/${pid}/${what}`, 'utf8')
  } catch {
    return ''
  }
}
