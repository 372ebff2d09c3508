import type { ActionMetadata, Effects } from '@start9labs/start-core/types'
import type { Orders, Task } from './bindings'
import type { Manifest } from './manifest'

/** Of its own, for the texts of the manifest would come along. */
const packageId: Manifest['id'] = 'isso'

/** Does what was answered, and throws the refusal at the end. */
export async function carryOut(effects: Effects, orders: Orders): Promise<void> {
  await Promise.all(
    orders.actions.map(({ id, metadata }) => effects.action.export({ id, metadata: metadata as ActionMetadata })),
  )
  if (orders.task) await show(effects, orders.task)
  for (const notice of orders.notices) await effects.notification.create(notice)
  if (orders.refusal !== null) throw new Error(orders.refusal)
}

async function show(effects: Effects, task: Task): Promise<void> {
  // The id that the SDK gives a task, so that one of an older version of this package is the same one.
  const replayId = `${packageId}:${task.action}`
  if (task.order === 'clear') {
    await effects.action.clearTasks({ only: [replayId] })
  } else {
    const { action: actionId, reason } = task
    await effects.action.createTask({ replayId, packageId, actionId, severity: 'critical', reason })
  }
}
