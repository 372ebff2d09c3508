import type { ActionMetadata, Effects } from '@start9labs/start-core/types'
import type { Notice, Orders, Task } from './bindings'
import type { Manifest } from './manifest'

/** Of its own, for the texts of the manifest would come along. */
const packageId: Manifest['id'] = 'isso'

/** What the host was told of each action since this process began, which begins with `init`. */
const exported = new Map<string, string>()

/** Does what was answered, and throws the refusal at the end. */
export async function carryOut(effects: Effects, orders: Orders): Promise<void> {
  await Promise.all(orders.actions.map(({ id, metadata }) => announce(effects, id, metadata as ActionMetadata)))
  await show(effects, orders.tasks)
  await tell(effects, orders)
}

/** Notifies the person, and throws the refusal if there is one. */
export async function tell(
  effects: Effects,
  { notices, refusal }: { notices: Notice[]; refusal?: string | null },
): Promise<void> {
  for (const notice of notices) await effects.notification.create(notice)
  if (typeof refusal === 'string') throw new Error(refusal)
}

/** Every export makes the host look at the tasks of all services, so there is none that says nothing new. */
async function announce(effects: Effects, id: string, metadata: ActionMetadata): Promise<void> {
  const text = JSON.stringify(metadata)
  if (exported.get(id) === text) return
  await effects.action.export({ id, metadata })
  exported.set(id, text)
}

/** Has everything announced anew, whatever was before. */
export async function clearActions(effects: Effects, { actions }: Orders): Promise<void> {
  await effects.action.clear({ except: actions.map(({ id }) => id) })
  exported.clear()
}

async function show(effects: Effects, tasks: Task[]): Promise<void> {
  const done = tasks.filter(({ order }) => order === 'clear').map(replayId)
  if (done.length > 0) await effects.action.clearTasks({ only: done })
  for (const task of tasks) {
    if (task.order === 'clear') continue
    const { action: actionId, severity, reason } = task
    await effects.action.createTask({ replayId: replayId(task), packageId, actionId, severity, reason })
  }
}

/** The id that the SDK gives a task, so that one of an older version of this package is the same one. */
function replayId({ action }: Task): string {
  return `${packageId}:${action}`
}
