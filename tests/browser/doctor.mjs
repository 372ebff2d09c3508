// What `issoctl doctor` says of a set-up.

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const { ISSOCTL } = process.env

/** An address of the internet that no machine has. */
const PUBLIC = '203.0.113.9'

/**
 * Examines a website and returns the findings. Exit code 1 says that a check has failed. A website with the address space
 * `public` is on loopback as well, which only the browser can be told otherwise; so doctor is asked for nothing that
 * connects to it.
 */
export async function examine(data, certificates, { site, page, address, space }) {
  const nowhere = new URL(address)
  nowhere.hostname = 'nowhere.example.test'
  const urls = [site, page, address, nowhere].map(url => new URL(url))
  const ip = url => (space === 'public' && !url.href.startsWith(address) ? PUBLIC : '127.0.0.1')
  const resolve = urls.flatMap(url => ['--resolve', `${url.hostname}:${url.port}:${ip(url)}`])
  const words = ['--data', data, 'doctor', '--json', '--ca', join(certificates, 'ca.pem'), ...resolve]
  const all = [...words, '--site', site, '--page', page, '--address', address, ...(space === 'public' ? ['--only', 'local-network'] : [])]
  const env = { ...process.env, LC_ALL: 'C.UTF-8' }
  const { stdout } = await promisify(execFile)(ISSOCTL, all, { env }).catch(error => {
    if (error.code !== 1) throw error
    return error
  })
  return JSON.parse(stdout).checks
}

/** What is wrong with what a doctor says of a set-up, given what a browser does. */
export function disagreements({ doctor }, browserWorks, findings) {
  const bad = finding => ['fail', 'warn'].includes(finding.status)
  const of = id => findings.filter(finding => finding.id === id)
  const found = []
  if (browserWorks) {
    const failed = findings.filter(finding => finding.status === 'fail').map(finding => finding.id)
    if (failed.length) found.push(`the browser works, and these fail: ${failed.join(', ')}`)
  }
  if (doctor.length && !doctor.some(id => of(id).some(bad))) found.push(`none of these names the cause: ${doctor.join(', ')}`)
  if (!browserWorks && doctor.length && of(doctor[0]).some(finding => finding.status === 'pass')) {
    found.push(`the browser fails, and this passes: ${doctor[0]}`)
  }
  return found
}
