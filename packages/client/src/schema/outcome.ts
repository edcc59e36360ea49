import { Type } from '@sinclair/typebox'
import type { Outcome } from '../api.ts'
import {
  anything,
  apiLimits,
  BlobRefBody,
  choice,
  HashText,
  IsoTime,
  int,
  list,
  PeerIdText,
  strict,
  TaskIdText,
  text,
} from './vocabulary.ts'

const optional = Type.Optional

export const RunUsageBody = strict({ cpuMs: int(), memoryBytesPeak: optional(int()) })
export const AttemptBody = strict({ host: PeerIdText, code: text(256), message: text(4096) })

export const OutcomeBody = Type.Unsafe<Outcome>(
  strict({
    task: TaskIdText,
    kind: choice('succeeded', 'failed', 'cancelled', 'expired', 'lost', 'quarantined'),
    code: text(256),
    message: text(4096),
    host: optional(PeerIdText),
    exitCode: optional(int(255)),
    value: optional(anything),
    valueBlob: optional(BlobRefBody),
    stdout: optional(text(apiLimits.stdinCharsMax)),
    stderr: optional(text(apiLimits.stdinCharsMax)),
    stdoutBase64: optional(text(apiLimits.stdinCharsMax)),
    stderrBase64: optional(text(apiLimits.stdinCharsMax)),
    stdoutBlob: optional(BlobRefBody),
    stderrBlob: optional(BlobRefBody),
    files: list(
      strict({ path: text(4096, 1), hash: HashText, sizeBytes: int(), mode: int(0o777) }),
      apiLimits.filesMax,
    ),
    droppedBytes: int(),
    runMs: int(),
    usage: optional(RunUsageBody),
    attempts: list(AttemptBody, 128),
    endedAt: IsoTime,
  }),
)
