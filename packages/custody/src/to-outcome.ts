import type { WallMillis } from '@souk/kernel'
import type { Attempt, Ballot, Outcome, PeerId, RunResult, Work } from '@souk/wire'

/** The outcome that a run proposes under its ballot. */
export function toOutcome(
  result: RunResult,
  run: { kind: Work['kind']; ballot: Ballot; host: PeerId; attempts: Attempt[]; wallMs: WallMillis },
): Outcome {
  const { kind, ballot, host, attempts, wallMs } = run
  const ok = result.end === 'ok'
  return {
    kind: ok ? 'succeeded' : 'failed',
    code: ok ? 'ok' : attemptCode(result, kind),
    message: result.message,
    ballot,
    host,
    result,
    attempts,
    endedWallMs: wallMs,
  }
}

/** The code of a run that did not succeed, in its outcome or as a failed attempt. */
export function attemptCode(result: RunResult, kind: Work['kind']): string {
  switch (result.end) {
    case 'timeout':
      return 'timeout'
    case 'refused':
      return 'refused'
    case 'stopped':
      return 'stopped'
    default:
      if (result.code !== undefined) return result.code
      return kind === 'function' ? 'threw' : 'exit'
  }
}
