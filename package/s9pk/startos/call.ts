import { execFile } from 'node:child_process'
import { machine } from 'node:os'
import { promisify } from 'node:util'
import type { Init, Input, Main, Orders, Request, Run } from './bindings'

const PROGRAM = `/media/startos/assets/${machine()}/issoctl`
export const VOLUME = '/media/startos/volumes/main'

type Answers = { init: Init; smtp: Orders; addresses: Orders; main: Main; backup: Orders; input: Input; run: Run }

const run = promisify(execFile)

/** Hands a hook of StartOS to `issoctl`, and waits for its answer. */
export async function call<Hook extends keyof Answers>(
  hook: Hook,
  request: Partial<Request>,
  ...action: string[]
): Promise<Answers[Hook]> {
  const running = run(PROGRAM, ['--data', VOLUME, 'startos', hook, ...action], { env: {} })
  // Who does not read the request tells why with the exit code.
  running.child.stdin?.on('error', () => {}).end(written(request))
  const { stdout, stderr } = await running.catch(error => {
    throw new Error(error.stderr?.trim() || error.message)
  })
  if (stderr) console.warn(stderr.trim())
  return JSON.parse(stdout)
}

/** A request as it stands on stdin. */
export function written(request: Partial<Request>): string {
  return JSON.stringify({ language: process.env.LANG ?? '', ...request })
}
