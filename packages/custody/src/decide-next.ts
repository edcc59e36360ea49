import type { Attempt, TaskSpec } from '@souk/wire'

/** What a task that nobody bears any more becomes: another run, or its end. */
export type Next = { choice: 'again'; reason: string } | { choice: 'quarantine'; reason: string }

/** Codes of attempts that ended by themselves; they use up `retries`, the others use up `attemptsMax`. */
const ownFailures = new Set(['exit', 'threw', 'timeout'])

export function ownFailureCount(attempts: readonly Attempt[]): number {
  return attempts.filter((attempt) => ownFailures.has(attempt.code)).length
}

/** Whether a run that failed by itself is to be tried again (the bearer asks before it commits the failure). */
export function decideRetry(spec: TaskSpec, attempts: readonly Attempt[]): boolean {
  return ownFailureCount(attempts) < spec.retries
}

/** After a bearer vanished or gave up. Vanished and refused runs count to the limit; refusals without a run do not. */
export function decideNext(spec: TaskSpec, attempts: readonly Attempt[]): Next {
  const lost = attempts.length - ownFailureCount(attempts)
  if (lost >= spec.attemptsMax) {
    return { choice: 'quarantine', reason: `${lost} of at most ${spec.attemptsMax} bearers lost or refused it` }
  }
  return { choice: 'again', reason: `attempt ${attempts.length + 1}` }
}
