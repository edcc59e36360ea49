import { linkTasks, type Plan, type PlanBody, SoukError, type Task } from '@souk/client'
import type { PeerHandle } from '@souk/runtime'
import type { TaskSpec } from '@souk/wire'
import { ApiError } from './api-error.ts'
import { ask } from './ask.ts'
import { toTaskSpec } from './to-task-spec.ts'

/** A guess: what is worth planning takes about that long. */
const assumedMsDefault = 60_000

/**
 * Where each objective would put these tasks now. Throws ApiError 400 with the path of a task that is none, 429
 * `plans-full`.
 */
export async function planTasks(handle: PeerHandle, { tasks, assumedMs = assumedMsDefault }: PlanBody): Promise<Plan> {
  const specs = tasks.map(specOf)
  const afters = aftersOf(tasks)
  const { plan } = await ask(
    handle,
    (client) => ({ type: 'plan', client, tasks: specs, afters, assumedMs }),
    (reply) => (reply.type === 'planned' ? reply : undefined),
  )
  if (!plan) throw new ApiError(429, 'plans-full', 'this peer is making several plans already; retry in a second')
  const { objectives, unplaced, asked, silent } = plan
  return {
    objectives,
    unplaced: unplaced.map(({ help, ...one }) => ({ ...one, wouldHelp: help })),
    asked,
    silent,
  }
}

/** Within the list: what a task waits for elsewhere counts as ended. */
function aftersOf(tasks: readonly Task[]): number[][] {
  return linkTasks(tasks).map(({ inside, failure }, index) => {
    if (failure) throw new ApiError(400, failure.code, failure.message, { path: `/tasks/${index}${failure.path}` })
    return inside.map((link) => link.index)
  })
}

function specOf(task: Task, index: number): TaskSpec {
  try {
    return toTaskSpec(task)
  } catch (error) {
    if (!(error instanceof SoukError)) throw error
    throw new ApiError(400, error.code, error.message, { path: `/tasks/${index}${error.path ?? ''}` })
  }
}
