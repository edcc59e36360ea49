import type { StoredBlobs } from '@souk/custody'
import { type Attempt, newestCheckpoint, type Outcome, outcomeBlobs, specBlobs, type TaskRecord } from '@souk/wire'

/** Every blob that one of these tasks names, and the peers that had it first or were to store it. */
export function* blobsOf(
  tasks: Iterable<{ record: TaskRecord; attempts: readonly Attempt[]; outcome: Outcome | undefined }>,
): Generator<StoredBlobs> {
  for (const { record, attempts, outcome } of tasks) {
    const { id: task, spec, origin, custodians } = record
    const blobs = specBlobs(spec)
    if (blobs.length > 0) yield { task, blobs, from: [origin, ...custodians] }
    const left = outcome ? undefined : newestCheckpoint(attempts)
    if (left) yield { task, blobs: [left.file.blob], from: [left.host, ...custodians] }
    const results = outcome ? outcomeBlobs(outcome) : []
    if (results.length > 0) yield { task, blobs: results, from: [outcome!.host ?? origin, ...custodians] }
  }
}
