// nginx and Caddy before an Isso, with the configurations that `issoctl proxy` prints, and with mistakes in them.

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { until } from '../../package/s9pk/test/until.mjs'

/** Where `make test-tools` has unpacked programs of Debian. */
const { ISSO_TEST_DEBIAN } = process.env

/** Whether this machine has what these tests need of Debian. */
export const haveProxies = () => ['sbin/nginx', 'bin/caddy', 'bin/certutil'].every(name => existsSync(debian(name)))

/** The path of a program of Debian. */
export const debian = name => join(ISSO_TEST_DEBIAN ?? '', 'usr', name)

/** Makes certificates for these names, good and bad ones, and returns the folder. tests/authority.sh says what is in it. */
export function makeCertificates(folder, ...names) {
  execFileSync(fileURLToPath(new URL('../authority.sh', import.meta.url)), [folder, ...names])
  return folder
}

/** nginx on one port for https, with a configuration of `issoctl proxy nginx` for each name. */
export class Nginx {
  #blocks = []
  #process

  constructor(folder, certificates, port) {
    Object.assign(this, { folder, certificates, port })
  }

  /** Adds what `issoctl proxy` printed, with a certificate of the tests. Its server for port 80 is left out. */
  add(printed, certificate = 'good') {
    const [, comments, , server] = printed.match(/^([^]*?)(server \{[^]*?\n\}\n\n)(server \{[^]*)$/)
    const path = name => join(this.certificates, name)
    this.#blocks.push(
      comments +
        server
          .replace(/listen \[::\].*\n/g, '')
          .replace(/listen (\d+) ssl/, 'listen 127.0.0.1:$1 ssl')
          .replace(/\/etc\/letsencrypt.*fullchain.pem/, path(`${certificate}.pem`))
          .replace(/\/etc\/letsencrypt.*privkey.pem/, path('key.pem')),
    )
  }

  async start() {
    const at = name => join(this.folder, name)
    mkdirSync(this.folder, { recursive: true })
    const user = process.getuid() === 0 ? 'user root;' : ''
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(kind => `${kind}_temp_path ${at(kind)};`)
    const text = `daemon off; ${user} worker_processes 1; pid ${at('pid')}; error_log ${at('error.log')};
events {}
http {
${temporary.join('\n')}
access_log off;
gzip on;
server_names_hash_bucket_size 128;
proxy_cache_path ${at('cache')} keys_zone=cache:1m;
${this.#blocks.join('\n')}
}
`
    writeFileSync(at('nginx.conf'), text)
    const words = ['-e', at('error.log'), '-p', this.folder, '-c', at('nginx.conf')]
    this.#process = spawn(debian('sbin/nginx'), words, { stdio: 'inherit' })
    await listens(this.port, this.#process)
  }

  close() {
    return end(this.#process)
  }
}

/** Caddy on one port for https, with a configuration of `issoctl proxy caddy` for each name. */
export class Caddy {
  #blocks = []
  #process

  constructor(folder, certificates, port) {
    Object.assign(this, { folder, certificates, port })
  }

  /** Adds what `issoctl proxy` printed, with a certificate of the tests in place of the one that Caddy would get. */
  add(printed, certificate = 'good') {
    const path = name => join(this.certificates, name)
    const tls = `\ttls ${path(`${certificate}.pem`)} ${path('key.pem')}\n\tbind 127.0.0.1\n`
    this.#blocks.push(printed.replace(/^(\S+ \{\n)/m, `$1${tls}`))
  }

  async start() {
    mkdirSync(this.folder, { recursive: true })
    const text = `{
	admin off
	auto_https disable_redirects
	storage file_system ${join(this.folder, 'storage')}
}
${this.#blocks.join('\n')}`
    const file = join(this.folder, 'Caddyfile')
    writeFileSync(file, text)
    const env = { ...process.env, HOME: this.folder, XDG_DATA_HOME: this.folder, XDG_CONFIG_HOME: this.folder }
    const log = { env, stdio: ['ignore', 'inherit', process.env.ISSO_TEST_LOGS ? 'inherit' : 'ignore'] }
    this.#process = spawn(debian('bin/caddy'), ['run', '--adapter', 'caddyfile', '--config', file], log)
    await listens(this.port, this.#process)
  }

  close() {
    return end(this.#process)
  }
}

/** Waits until a process listens on its port, or fails with it. */
function listens(port, child) {
  return until(`port ${port} is listened on`, async () => {
    if (child.exitCode !== null) return true
    const connection = net.connect(port, '127.0.0.1')
    await once(connection, 'connect')
    connection.destroy()
    return true
  }).then(() => {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} has ended with ${child.exitCode}`)
  })
}

async function end(child) {
  if (child?.exitCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}
