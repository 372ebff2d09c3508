// What a browser talks to: a blog, a real Isso under issoctl, and a server that never answers.

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The binary under test, and the Python environment that it runs Isso in. */
const { ISSOCTL, ISSO_TEST_RUNTIME } = process.env

/** A data folder, and `issoctl up` on it. */
export class Isso {
  static async up() {
    const isso = new Isso()
    isso.port = await freePort()
    isso.url = `http://127.0.0.1:${isso.port}`
    return isso
  }

  data = mkdtempSync(join(tmpdir(), 'issoctl-browser-'))
  #env = { ...process.env, ISSOCTL_RUNTIME: ISSO_TEST_RUNTIME, LC_ALL: 'C.UTF-8' }
  #up

  start() {
    const words = ['--data', this.data, 'up', '--listen', `127.0.0.1:${this.port}`]
    this.#up = spawn(ISSOCTL, words, { env: this.#env, stdio: 'ignore' })
  }

  /** Runs a command on the data folder and returns what it prints. */
  command(...words) {
    return execFileSync(ISSOCTL, ['--data', this.data, ...words], { env: this.#env, encoding: 'utf8', stdio: 'pipe' })
  }

  async close() {
    if (this.#up?.exitCode === null) {
      const end = once(this.#up, 'exit')
      this.#up.kill('SIGKILL')
      await end
    }
    rmSync(this.data, { recursive: true, force: true, maxRetries: 10 })
  }
}

/** A website whose only page embeds comments. */
export async function blog(isso) {
  const page = `<!doctype html><meta charset="utf-8"><title>A blog</title><h1>A post</h1>
<script data-isso="${isso.url}/" src="${isso.url}/js/embed.min.js"></script>
<section id="isso-thread" data-title="A post"></section>`
  const server = createServer((_, answer) => answer.setHeader('Content-Type', 'text/html').end(page))
  return listening(server)
}

/** A server that takes connections and never answers. */
export function silent() {
  return listening(net.createServer(() => {}))
}

/** Listens on loopback, and closes connections that are still open when it is closed. */
export async function listening(server, port = 0) {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const connections = new Set()
  server.on('connection', connection => {
    connections.add(connection)
    connection.on('error', () => {}).on('close', () => connections.delete(connection))
  })
  const close = () => {
    server.close()
    for (const connection of connections) connection.destroy()
  }
  return { url: `http://127.0.0.1:${server.address().port}`, close }
}

/** A port that nobody listens on. */
export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  return port
}
