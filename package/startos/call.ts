import { execFile } from 'node:child_process'
import { machine } from 'node:os'
import type { Init, Input, Main, Orders, Request, Run } from './bindings'

const PROGRAM = `/media/startos/assets/${machine()}/issoctl`
const VOLUME = '/media/startos/volumes/main'

type Answers = { init: Init; smtp: Orders; main: Main; backup: Orders; input: Input; run: Run }

/** Hands a hook of StartOS to `issoctl`, and waits for its answer. */
export function call<Hook extends keyof Answers>(
  hook: Hook,
  request: Partial<Request>,
  ...action: string[]
): Promise<Answers[Hook]> {
  const args = ['--data', VOLUME, 'startos', hook, ...action]
  return new Promise((resolve, reject) => {
    const child = execFile(PROGRAM, args, { env: {} }, (error, stdout, stderr) => {
      if (error) return reject(new Error(stderr.trim() || error.message))
      if (stderr) console.warn(stderr.trim())
      resolve(JSON.parse(stdout))
    })
    // Who does not read the request says why, with an exit code.
    child.stdin?.on('error', () => {}).end(written(request))
  })
}

/** A request as it stands on stdin. */
export function written(request: Partial<Request>): string {
  return JSON.stringify({ language: process.env.LANG ?? '', ...request })
}
