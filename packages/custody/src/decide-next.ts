import type { Attempt, TaskSpec } from '@souk/wire'

/** What a task that nobody bears any more becomes: another run, or its end. */
export type Next = { choice: 'again'; reason: string } | { choice: 'quarantine' | 'lose'; code: string; reason: string }

/** Codes of attempts that ended by themselves; they use up `retries`, the others use up `attemptsMax`. */
const ownFailures = new Set(['exit', 'threw', 'timeout', 'out-of-memory', 'too-many-processes'])

/** Codes of bearers that were alive and only could not be heard, or hear: the task has not harmed them. */
const cutOff = new Set(['cut-off', 'lease-lost'])
/** Of a run that was stopped and left its checkpoint: the next one goes on there, so nothing was lost. */
export const checkpointed = 'checkpointed'
/** So many times attemptsMax a task may lose its bearer to that. */
const cutOffFactor = 4

export const isOwnFailure = (code: string): boolean => ownFailures.has(code)

export function ownFailureCount(attempts: readonly Attempt[]): number {
  return attempts.filter((attempt) => isOwnFailure(attempt.code)).length
}

/** Whether a run that failed by itself is to be tried again (the bearer asks before it commits the failure). */
export function decideRetry(spec: TaskSpec, attempts: readonly Attempt[]): boolean {
  return ownFailureCount(attempts) < spec.retries
}

/**
 * After a bearer vanished or gave up. Vanished and refused runs count to the limit; refusals without a run do not, nor do
 * runs that left a checkpoint.
 * `begun`: a bearer that asked leave to start it, as a task that starts at most once must, never said how that ended.
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
