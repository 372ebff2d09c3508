// Imported first, this runs the importing script again as root of namespaces of its own, where it may
// mount what it likes under /media/startos and bind port 8080, and nothing outlives it. The machine
// itself is not touched, and it takes no root there.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const INSIDE = 'STARTOS_EMULATOR'
const NAMESPACES = ['--user', '--map-root-user', '--mount', '--pid', '--fork', '--kill-child', '--net', '--ipc']

if (!process.env[INSIDE]) {
  const root = mkdtempSync(join(tmpdir(), 'startos-'))
  try {
    process.exitCode = enter(root)
  } finally {
    rmdirSync(root)
  }
  process.exit()
}

function enter(root) {
  const tried = spawnSync('unshare', [...NAMESPACES, 'mount', '-t', 'tmpfs', 'none', root], { encoding: 'utf8' })
  if (tried.status !== 0) {
    console.error(
      `error: this machine does not let us make namespaces: ${tried.error?.message ?? tried.stderr.trim()}\n` +
        'StartOS is emulated in user, mount, pid, network and ipc namespaces. Needed are unshare and mount of\n' +
        'util-linux, and a kernel that lets everybody make user namespaces (sysctl\n' +
        'kernel.unprivileged_userns_clone=1, on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0; in a\n' +
        'container, a seccomp profile that allows unshare and mount).',
    )
    return 1
  }
  const emulator = fileURLToPath(new URL('.', import.meta.url))
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  const ran = spawnSync('unshare', [...NAMESPACES, 'sh', join(emulator, 'enter.sh'), emulator, root, ...again], {
    stdio: 'inherit',
    env: { ...process.env, [INSIDE]: '1' },
  })
  return ran.status ?? 1
}
