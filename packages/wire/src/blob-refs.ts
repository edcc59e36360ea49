import type { BlobRef } from './file-ref.ts'
import type { Outcome } from './outcome.ts'
import type { TaskSpec } from './task-spec.ts'

/** Every blob that a task reads: its files, its module, its standard input. */
export function specBlobs({ inputs, work }: TaskSpec): BlobRef[] {
  const blobs = inputs.map((file) => file.blob)
  if (work.kind === 'function') return work.module ? [...blobs, work.module.blob] : blobs
  return work.stdin && !(work.stdin instanceof Uint8Array) ? [...blobs, work.stdin] : blobs
}

/** Every blob that an outcome refers to: output and results that are too large for a record, and files. */
export function outcomeBlobs({ result }: Outcome): BlobRef[] {
  if (!result) return []
  const bodies = [result.stdout, result.stderr, result.value]
  const large = bodies.flatMap((body) => (body && !(body instanceof Uint8Array) ? [body] : []))
  return [...large, ...result.files.map((file) => file.blob)]
}
