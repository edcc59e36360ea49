import { type Static, Type } from '@sinclair/typebox'
import { requestsOf } from './alternatives.ts'
import { CheckpointPlan } from './checkpoint.ts'
import { Dependencies } from './dependency.ts'
import { expressionLimits } from './expression/index.ts'
import { BlobRef, FileRef } from './file-ref.ts'
import { Gang } from './gang.ts'
import { limits } from './limits.ts'
import { Objective } from './objective.ts'
import { RequestSchema } from './resource-schema.ts'
import { bytes, choice, dictionary, int, list, strict, text } from './schema.ts'
import { tieFields } from './ties.ts'
import { traceparentPattern } from './trace-context.ts'

/** A command. No shell unless argv names one. `stdin` goes inline up to the limit, else as a blob. */
export const ProcessWork = strict({
  kind: Type.Literal('process'),
  argv: Type.Array(text(), { minItems: 1, maxItems: limits.argvMax }),
  env: dictionary(text(), limits.envMax),
  stdin: Type.Optional(Type.Union([bytes(limits.inlineBytesMax), BlobRef])),
})

/**
 * A function: registered by name on hosts (by `--functions` or by an attached agent), or an export of the
 * module that travels with the task. `args` is JSON text (an array of the call's arguments).
 */
export const FunctionWork = strict({
  kind: Type.Literal('function'),
  name: text(limits.nameCharsMax, 1),
  args: text(limits.inlineBytesMax),
  module: Type.Optional(FileRef),
})

export const Work = Type.Union([ProcessWork, FunctionWork])
export type Work = Static<typeof Work>
export type ProcessWork = Static<typeof ProcessWork>
export type FunctionWork = Static<typeof FunctionWork>

export const priorities = ['critical', 'high', 'medium', 'low'] as const
export const Priority = choice(...priorities)
export type Priority = Static<typeof Priority>

/** What a client asks for, complete: the API fills every default in before it gets here. */
export const TaskSpec = strict({
  name: text(limits.nameCharsMax),
  tenant: text(limits.nameCharsMax),
  /** tasks alike in kind and shape */
  class: text(limits.nameCharsMax, 1),
  work: Work,
  request: RequestSchema,
  /** requests that will do instead, in order of preference */
  alternatives: Type.Optional(list(RequestSchema, limits.alternativesMax)),
  priority: Priority,
  /** a host must carry each of these labels with this value */
  labels: dictionary(text(limits.nameCharsMax), limits.labelsMax),
  /** a host must meet this expression, in its printed form; absent: any will do */
  where: Type.Optional(text(expressionLimits.charsMax, 1)),
  ...tieFields,
  inputs: list(FileRef, limits.filesMax),
  /** paths or globs in the task's folder that come back with the outcome */
  outputs: list(text(4096, 1), 256),
  /** duration of one run that the client expects; used until the class has been seen to run */
  expectedMs: Type.Optional(int(2 ** 40, 1)),
  /** of one run; 0 = none */
  timeoutMs: int(2 ** 40),
  /** further runs after one that failed by itself */
  retries: int(1000),
  /** vanished bearers until the task is quarantined */
  attemptsMax: int(100, 1),
  /** stdout + stderr that is kept; more is dropped, and the result says how much */
  outputBytesMax: int(2 ** 34),
  /** quorum: on a majority of its custodians' disks · local: on its origin's disk · none: in its origin's memory */
  durability: choice('quorum', 'local', 'none'),
  /** at-most-once: if the bearer vanishes, the task may have begun, so its outcome is lost and it is not started again */
  starts: choice('at-least-once', 'at-most-once'),
  /** the task ends as expired if it has no outcome this long after the submit; 0 = never */
  expiresMs: int(2 ** 40),
  /** wanted within this after the submit: of like tasks the earliest deadline goes first. It ends nothing; absent = none */
  deadlineMs: Type.Optional(int(2 ** 40, 1)),
  /** the task fails at once if no known host can ever run it */
  failIfUnplaceable: Type.Boolean(),
  /** the task is placed once these have ended as wanted; absent: at once */
  after: Type.Optional(Dependencies),
  /** a run can be stopped and go on elsewhere from the file it wrote; absent: it would start anew */
  checkpoint: Type.Optional(CheckpointPlan),
  /** two runs at once do no harm, so a second run may race one that lags */
  idempotent: Type.Optional(Type.Boolean()),
  /** the gang that it starts together with; absent: none */
  gang: Type.Optional(Gang),
  /** absent: the one that its bearer has declared for its class */
  objective: Type.Optional(Objective),
  /** the submitter's trace context, as the W3C writes it; absent: the task has a trace of its own */
  traceparent: Type.Optional(Type.String({ pattern: traceparentPattern })),
})
export type TaskSpec = Static<typeof TaskSpec>

/** About how many bytes a spec takes on the wire; a submit over `limits.specBytesMax` is refused. */
export function specBytes(spec: TaskSpec): number {
  let size = 256 + spec.name.length + spec.class.length + 48 * (spec.after?.length ?? 0)
  if (spec.where !== undefined) size += 2 * spec.where.length
  if (spec.traceparent !== undefined) size += 72
  if (spec.checkpoint) size += 16 + spec.checkpoint.path.length
  for (const { custom } of requestsOf(spec)) for (const name in custom) size += 16 + name.length
  for (const { group } of [...(spec.near ?? []), ...(spec.apart ?? [])]) size += 32 + group.length
  for (const file of spec.inputs) size += 112 + file.path.length
  for (const pattern of spec.outputs) size += 8 + pattern.length
  for (const label in spec.labels) size += 8 + label.length + spec.labels[label]!.length
  const { work } = spec
  if (work.kind === 'function') return size + work.name.length + 2 * work.args.length
  for (const argument of work.argv) size += 8 + 2 * argument.length
  for (const name in work.env) size += 8 + name.length + 2 * work.env[name]!.length
  return size + (work.stdin instanceof Uint8Array ? work.stdin.length : 112)
}
