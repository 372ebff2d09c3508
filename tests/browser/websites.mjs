// The websites of the set-ups, on a port for https.

import { readFileSync } from 'node:fs'
import { createServer, get } from 'node:https'
import { join } from 'node:path'

import { listening } from './servers.mjs'

/** Serves pages by their `Host`: `pages` has headers and HTML of each. Every path of a website has the same page. */
export function websites(certificates, port, pages) {
  const read = name => readFileSync(join(certificates, name))
  const server = createServer({ cert: read('good.pem'), key: read('key.pem') }, (request, answer) => {
    const page = pages.get(request.headers.host.split(':')[0])
    if (!page) return answer.writeHead(404).end()
    answer.writeHead(200, { 'Content-Type': 'text/html', ...page.headers }).end(page.html)
  })
  return listening(server, port)
}

/** Asks a server on loopback for an address, as a page of another website does. */
export function ask(certificates, address, origin) {
  const { hostname, host, port, pathname } = new URL(address)
  const headers = { Host: host, Origin: origin }
  const ca = readFileSync(join(certificates, 'ca.pem'))
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', servername: hostname, port, path: pathname, headers, ca }
    get(options, answer => answer.resume().on('end', resolve)).on('error', reject)
  })
}
