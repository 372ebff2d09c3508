// Emulates the official image: a root file system for each subcontainer with the machine's programs and
// libraries, and the tests' Python environment where the image has its own.

import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

const SYSTEM = ['/bin', '/lib', '/lib32', '/lib64', '/sbin', '/usr']
const OF_ETC = ['group', 'ld.so.cache', 'localtime', 'nsswitch.conf', 'passwd']

/** What StartOS knows of the official image. */
const METADATA = {
  entrypoint: ['/isso/bin/gunicorn', '-b', '0.0.0.0:8080', '-w', '4', '--preload', '--worker-tmp-dir', '/dev/shm'],
  cmd: ['isso.run'],
  user: 'root',
  workdir: '/isso/',
}
const ENVIRONMENT = [
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'ISSO_SETTINGS=/config/isso.cfg',
]

/** Puts down what a package reads of its image, and gives it back. */
export function describe(folder, otherwise) {
  const metadata = { ...METADATA, ...otherwise }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'isso.json'), JSON.stringify(metadata))
  writeFileSync(join(folder, 'isso.env'), ENVIRONMENT.map(line => `${line}\n`).join(''))
  return metadata
}

/** Makes the root of a subcontainer. */
export function unpack(root, python) {
  mkdirSync(root, { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'image', root])
  for (const folder of ['config', 'db', 'dev', 'etc', 'proc', 'root', 'run', 'sys', 'tmp', 'var/tmp']) {
    mkdirSync(join(root, folder), { recursive: true })
  }
  for (const name of OF_ETC.filter(name => existsSync(join('/etc', name)))) {
    cpSync(join('/etc', name), join(root, 'etc', name), { recursive: true, dereference: true })
  }
  for (const path of SYSTEM.filter(path => existsSync(path))) {
    if (lstatSync(path).isSymbolicLink()) symlinkSync(readlinkSync(path), join(root, path))
    else bind(path, join(root, path))
  }
  bind(python, join(root, 'isso'))
  // Its scripts name the environment by its own path, and it has the standard library from elsewhere.
  const home = /^home *= *(.*)$/m.exec(readFileSync(join(python, 'pyvenv.cfg'), 'utf8'))[1]
  for (const path of [python, dirname(home)].filter(path => !existsSync(join(root, path)))) {
    bind(path, join(root, path))
  }
}

/** Takes it away. */
export function remove(root) {
  execFileSync('umount', ['--lazy', root])
}

/** Readable only: what runs as root in there is, on the machine, the person who runs the test. */
function bind(from, to) {
  mkdirSync(to, { recursive: true })
  execFileSync('mount', ['--rbind', from, to])
  execFileSync('mount', ['-o', 'remount,bind,ro', to])
}
