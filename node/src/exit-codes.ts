import type { Outcome } from '@souk/client'

/** The exit codes of every command. Documented in `souk help` and stable. */
export const exitCodes = {
  ok: 0,
  /** submit, wait, map: some tasks failed; other commands: it did not work */
  failed: 1,
  /** submit, wait, map: a task that no host can take */
  unplaceable: 2,
  /** submit, wait, map: lost, or no answer that could be trusted */
  unknown: 3,
  usage: 64,
  /** the store is damaged, or of a format that this version does not read */
  storeUnusable: 65,
  /** this peer never runs as itself again: its store is an old copy, or it was removed from its mesh */
  retired: 66,
  /** no peer to talk to, or a Node too old */
  unavailable: 69,
  internal: 70,
  /** run: the task took longer than its --timeout */
  runTimeout: 124,
  /** run: not placed, lost, cancelled by somebody else, or unknown; the reason is on stderr */
  runNotRun: 125,
  /** run: Ctrl-C, detached or cancelled */
  interrupted: 130,
} as const

/** Outcome codes of tasks that never found a host. */
const unplaceableCodes = new Set(['unplaceable', 'not-placed', 'executor-not-allowed', 'function-unknown'])

function isUnplaceable(code: string): boolean {
  return unplaceableCodes.has(code)
}

function isTimeout(outcome: Pick<Outcome, 'kind' | 'code'>): boolean {
  return outcome.kind === 'expired' || (outcome.kind === 'failed' && outcome.code === 'timeout')
}

/** The exit code of `souk run`: the task's own wherever it ended by itself. */
export function exitCodeOfRun(outcome: Pick<Outcome, 'kind' | 'code' | 'exitCode'>): number {
  if (outcome.kind === 'succeeded') return exitCodes.ok
  if (isTimeout(outcome)) return exitCodes.runTimeout
  if (outcome.kind !== 'failed' || isUnplaceable(outcome.code)) return exitCodes.runNotRun
  return outcome.exitCode === undefined || outcome.exitCode === 0 ? exitCodes.runNotRun : outcome.exitCode
}

/** How bad one outcome is for `submit`, `wait` and `map`. */
export function exitCodeOfOutcome(outcome: Pick<Outcome, 'kind' | 'code'>): number {
  if (outcome.kind === 'succeeded') return exitCodes.ok
  if (outcome.kind === 'lost' || outcome.kind === 'quarantined') return exitCodes.unknown
  return isUnplaceable(outcome.code) ? exitCodes.unplaceable : exitCodes.failed
}

/** The exit code of many outcomes: the worst of them. */
export function exitCodeOfMany(outcomes: Iterable<Pick<Outcome, 'kind' | 'code'>>): number {
  let worst: number = exitCodes.ok
  for (const outcome of outcomes) worst = Math.max(worst, exitCodeOfOutcome(outcome))
  return worst
}

/** Error codes of what cannot be right whatever the mesh is like: it was written wrongly. */
const wrongUseCodes = new Set([
  'request-invalid',
  'amount-invalid',
  'option-invalid',
  'task-invalid',
  'task-contradicts',
  'ties-contradict',
  'where-invalid',
  'where-contradicts',
  'after-cycle',
  'after-ambiguous',
  'id-too-short',
  'malformed-json',
])

export function isWrongUse(code: string): boolean {
  return wrongUseCodes.has(code)
}

/** The exit code for a submit that was refused (by its error code). */
export function exitCodeOfRefusal(code: string): number {
  if (isWrongUse(code)) return exitCodes.usage
  if (isUnplaceable(code)) return exitCodes.unplaceable
  if (code === 'unknown' || code === 'submit-unknown' || code === 'connection-lost' || code === 'unreachable')
    return exitCodes.unknown
  return exitCodes.failed
}

export const exitCodesHelp = `Exit codes:
  run      the task's own; 124 timed out; 125 not placed, lost, cancelled or unknown (the reason is on stderr);
           130 after Ctrl-C (detached or cancelled)
  submit, wait, map
           0 ok; 1 some failed; 2 cannot be placed; 3 lost or unknown
  up, join 65 the store is damaged, or of another format; 66 it is an old copy of
           this peer's, or the mesh has removed this peer (souk reset)
  all      64 wrong usage; 69 no peer to talk to, or Node too old; 1 it did not work
           (run answers 125 instead of 69 and 1)`
