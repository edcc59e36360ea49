import { Type } from '@sinclair/typebox'
import type { Task } from '../api.ts'
import {
  anything,
  apiLimits,
  BlobRefBody,
  choice,
  dictionary,
  HashText,
  int,
  list,
  strict,
  text,
} from './vocabulary.ts'

const optional = Type.Optional
/** a number in the base unit, or text with a unit; how much it may be is said by who reads it, in words */
const amount = Type.Union([Type.Number(), text()])
const name = text(apiLimits.nameCharsMax)

export const FileInputBody = strict({
  path: text(4096, 1),
  hash: HashText,
  sizeBytes: int(),
  mode: optional(int(0o777)),
})

const GpuBody = strict({
  count: optional(int(1024)),
  share: optional(Type.Number({ minimum: 0, maximum: 1 })),
  memory: optional(amount),
  models: optional(list(text(apiLimits.gpuModelCharsMax, 1), apiLimits.gpuModelsMax)),
})

export const RequestBody = strict({
  cpu: optional(amount),
  memory: optional(amount),
  disk: optional(amount),
  gpu: optional(Type.Union([Type.Number(), GpuBody])),
  network: optional(amount),
  slots: optional(int(1_000_000, 1)),
  custom: optional(dictionary(int(2 ** 52), apiLimits.labelsMax)),
})

const group = text(apiLimits.groupCharsMax, 1)
const TieBody = strict({ group, required: optional(Type.Boolean()) })
const After = Type.Union([name, strict({ task: name, on: optional(choice('succeeded', 'ended')) })])

/** One task as a client writes it. The server fills in what is left out. */
export const TaskBody = Type.Unsafe<Task>(
  strict({
    argv: optional(list(text(), apiLimits.argvMax, 1)),
    env: optional(dictionary(text(), apiLimits.envMax)),
    stdin: optional(text(apiLimits.stdinCharsMax)),
    stdinBase64: optional(text(apiLimits.stdinCharsMax)),
    stdinBlob: optional(BlobRefBody),
    function: optional(text(apiLimits.nameCharsMax, 1)),
    args: optional(list(anything, 1024)),
    module: optional(FileInputBody),
    name: optional(name),
    tenant: optional(text(apiLimits.nameCharsMax, 1)),
    class: optional(text(apiLimits.nameCharsMax, 1)),
    request: optional(RequestBody),
    alternatives: optional(list(RequestBody, apiLimits.alternativesMax)),
    priority: optional(choice('critical', 'high', 'medium', 'low')),
    labels: optional(dictionary(name, apiLimits.labelsMax)),
    group: optional(group),
    near: optional(list(TieBody, apiLimits.tiesMax)),
    apart: optional(list(TieBody, apiLimits.tiesMax)),
    where: optional(text(apiLimits.whereCharsMax, 1)),
    inputs: optional(list(FileInputBody, apiLimits.filesMax)),
    outputs: optional(list(text(4096, 1), apiLimits.outputsMax)),
    expectedMs: optional(int(2 ** 40, 1)),
    timeoutMs: optional(int(2 ** 40)),
    retries: optional(int(1000)),
    attemptsMax: optional(int(100, 1)),
    outputBytesMax: optional(int(2 ** 34)),
    durability: optional(choice('quorum', 'local', 'none')),
    starts: optional(choice('at-least-once', 'at-most-once')),
    traceparent: optional(text(64)),
    expiresMs: optional(int(2 ** 40)),
    deadlineMs: optional(int(2 ** 40, 1)),
    failIfUnplaceable: optional(Type.Boolean()),
    objective: optional(choice('balanced', 'fast', 'pack', 'spread', 'cheap')),
    checkpoint: optional(strict({ path: text(4096, 1), graceMs: optional(int(apiLimits.checkpointGraceMsMax, 1)) })),
    idempotent: optional(Type.Boolean()),
    after: optional(list(After, apiLimits.dependenciesMax)),
    gang: optional(
      strict({ id: text(96, 1), size: int(apiLimits.gangSizeMax, 2), rank: int(apiLimits.gangSizeMax - 1) }),
    ),
    key: optional(text(apiLimits.nameCharsMax, 1)),
  }),
)
