import { type Static, Type } from '@sinclair/typebox'
import { BlobRef, FileRef } from './file-ref.ts'
import { Ballot, Incarnation, PeerId } from './ids.ts'
import { limits } from './limits.ts'
import { bytes, choice, int, list, strict, text, wallTime } from './schema.ts'

/** One piece of output: inline while small, else a blob. */
export const Body = Type.Union([bytes(limits.inlineBytesMax), BlobRef])
export type Body = Static<typeof Body>

/** How one run of a task ended, as its executor saw it. */
export const RunResult = strict({
  /** ok: exit 0 or the function returned; failed: it did not; the others did not end by themselves */
  end: choice('ok', 'failed', 'timeout', 'stopped', 'refused'),
  /** exit status of a process (128 + signal number when killed by one); 0 or 1 for functions */
  exitCode: int(255),
  /** the limit of the task for which it was ended */
  code: Type.Optional(choice('out-of-memory', 'too-many-processes')),
  /** why, for people, when end is not ok */
  message: text(4096),
  stdout: Body,
  stderr: Body,
  /** JSON text of a function's result */
  value: Type.Optional(Body),
  files: list(FileRef, limits.filesMax),
  /** bytes of output dropped over outputBytesMax */
  droppedBytes: int(),
  runMs: int(),
  cpuMs: int(),
  memoryPeakBytes: int(),
  /** of a run that was stopped to go on elsewhere: its state for the next run. An outcome has none */
  checkpoint: Type.Optional(FileRef),
})
export type RunResult = Static<typeof RunResult>

/** A result without output or measurements. */
export function emptyResult(end: RunResult['end'], exitCode: number, message: string): RunResult {
  const nothing = new Uint8Array(0)
  const output = { stdout: nothing, stderr: nothing, files: [], droppedBytes: 0 }
  return { end, exitCode, message, ...output, runMs: 0, cpuMs: 0, memoryPeakBytes: 0 }
}

export const outcomeKinds = ['succeeded', 'failed', 'cancelled', 'expired', 'lost', 'quarantined'] as const
export const OutcomeKind = choice(...outcomeKinds)
export type OutcomeKind = Static<typeof OutcomeKind>

/** A run that did not become the outcome: who bore the task and why the run ended. */
export const Attempt = strict({
  ballot: Ballot,
  host: PeerId,
  code: text(limits.nameCharsMax),
  message: text(4096),
  /** state that it left for the next run */
  checkpoint: Type.Optional(FileRef),
})
export type Attempt = Static<typeof Attempt>

/** The one outcome of a task (I1). */
export const Outcome = strict({
  kind: OutcomeKind,
  /** reason code, such as exit, timeout, cancelled, attempts-exhausted, unplaceable */
  code: text(limits.nameCharsMax),
  message: text(4096),
  ballot: Ballot,
  /** the host that ran the task; absent: none did */
  host: Type.Optional(PeerId),
  result: Type.Optional(RunResult),
  attempts: list(Attempt, 128),
  endedWallMs: wallTime,
})
export type Outcome = Static<typeof Outcome>

/** A bearer: a peer in one life. The baton names both, since a peer that restarts bears nothing. */
export const Bearer = strict({ peer: PeerId, incarnation: Incarnation })
export type Bearer = Static<typeof Bearer>

/** What the custodians of one version decide: the task's outcome, or the custodians of the next version (I4). */
export const Decree = Type.Union([
  strict({ kind: Type.Literal('outcome'), outcome: Outcome }),
  strict({
    kind: Type.Literal('next'),
    custodians: Type.Array(PeerId, { minItems: 1, maxItems: 5 }),
  }),
])
export type Decree = Static<typeof Decree>

/** A decree that a custodian has accepted, and under which ballot. */
export const Accepted = strict({ ballot: Ballot, decree: Decree })
export type Accepted = Static<typeof Accepted>

/** Why a task is being ended from outside: its bearer is fenced first, then its outcome is of this kind. */
export const Ending = strict({ kind: choice('cancelled', 'expired'), reason: text(limits.nameCharsMax) })
export type Ending = Static<typeof Ending>
