import type { Attempt, TaskSpec } from '@souk/wire'

/** What becomes of a task that nobody bears any more: another run (again), or its end. */
export type Next = { choice: 'again'; reason: string } | { choice: 'quarantine' | 'lose'; code: string; reason: string }

/** Codes of runs that failed by themselves: they use up `retries`; vanished and refused ones use up `attemptsMax`. */
const ownFailures = new Set(['exit', 'threw', 'timeout', 'out-of-memory', 'too-many-processes'])

/** Codes of bearers that were alive but cut off from custodians: the task has not taken them down. */
const cutOff = new Set(['cut-off', 'lease-lost'])
/** Code of a run that was stopped and left its checkpoint: the next run goes on there, so nothing was lost. */
export const checkpointed = 'checkpointed'
/** A task may have this many times attemptsMax bearers that were cut off. */
const cutOffFactor = 4

export const isOwnFailure = (code: string): boolean => ownFailures.has(code)

export function ownFailureCount(attempts: readonly Attempt[]): number {
  return attempts.filter((attempt) => isOwnFailure(attempt.code)).length
}

/** Whether a run that failed by itself is tried again. The bearer asks before it commits the failure. */
export function decideRetry(spec: TaskSpec, attempts: readonly Attempt[]): boolean {
  return ownFailureCount(attempts) < spec.retries
}

/**
 * Asked by a custodian after a bearer vanished or gave up. Vanished and refused runs count against `attemptsMax`; a refusal
 * without a run is no attempt, and runs that left a checkpoint do not count.
 * `begun` (starts: at-most-once): a bearer asked leave to begin and never said how that ended.
 */
export function decideNext(spec: TaskSpec, attempts: readonly Attempt[], begun: boolean): Next {
  if (spec.starts === 'at-most-once' && begun) {
    const reason = 'its bearer vanished after it may have begun, and it starts at most once'
    return { choice: 'lose', code: 'may-have-begun', reason }
  }
  const cut = attempts.filter(({ code }) => cutOff.has(code)).length
  const moved = attempts.filter(({ code }) => code === checkpointed).length
  const lost = attempts.length - ownFailureCount(attempts) - cut - moved
  if (lost >= spec.attemptsMax || cut >= cutOffFactor * spec.attemptsMax) {
    const reason = `${lost} of at most ${spec.attemptsMax} bearers lost or refused it, ${cut} more were cut off`
    return { choice: 'quarantine', code: 'attempts-exhausted', reason }
  }
  return { choice: 'again', reason: `attempt ${attempts.length + 1}` }
}
