import type { Executor } from '@souk/runtime'
import { type Ballot, type PeerId, type TaskId, traceparentOfRun } from '@souk/wire'

/** As the `Executor` port has it. */
export type RunOrder = Parameters<Executor['run']>[0]
export type StopCode = Parameters<Executor['halt']>[2]

/** `<task>:<counter>.<peer>.<incarnation>`: names one run in all the world, and what a task sees as SOUK_FENCE. */
export function fenceText(task: TaskId, ballot: Ballot): string {
  return `${task}:${ballot.counter}.${ballot.peer}.${ballot.incarnation}`
}

/** What every task may read about its own run; functions find the same in their thread's `process.env`. */
export function runVariables(order: RunOrder, hostName: string): Record<string, string> {
  return {
    SOUK_TASK: order.task,
    SOUK_FENCE: fenceText(order.task, order.ballot),
    SOUK_ATTEMPT: String(order.attempt),
    SOUK_HOST: hostName,
    // Only where there was a choice.
    ...(order.record.spec.alternatives ? { SOUK_ALTERNATIVE: String(order.alternative) } : {}),
    ...gangVariables(order.record.spec),
    ...traceVariables(order),
    ...(order.gpuDevices.length > 0 ? { SOUK_GPUS: order.gpuDevices.join(',') } : {}),
  }
}

/** Which of how many that start together it is, and what all of them have in common. */
function gangVariables({ gang }: RunOrder['record']['spec']): Record<string, string> {
  if (!gang) return {}
  return { SOUK_GANG: gang.id, SOUK_GANG_SIZE: String(gang.size), SOUK_GANG_RANK: String(gang.rank) }
}

/** Where its submitter traces: what the run does belongs to it, for any library that looks there. */
function traceVariables({ task, ballot, record }: RunOrder): Record<string, string> {
  const { traceparent } = record.spec
  return traceparent === undefined ? {} : { TRACEPARENT: traceparentOfRun(task, ballot, traceparent) }
}

/** Who may have a task's blobs, this peer left out: first who it was submitted to, then who keeps it. */
export function blobSources(order: RunOrder, self: PeerId): PeerId[] {
  const { origin, custodians } = order.record
  return [...new Set([origin, ...custodians])].filter((peer) => peer !== self)
}

/** Who keeps copies of a task's big outputs, beside this peer. */
export function copyHolders(order: RunOrder, self: PeerId): PeerId[] {
  return order.record.custodians.filter((peer) => peer !== self)
}
