import type { StoredBlobs } from '@souk/custody'
import { type Outcome, outcomeBlobs, specBlobs, type TaskRecord } from '@souk/wire'

/** Every blob that one of these tasks names, and who had it first. */
export function* blobsOf(
  tasks: Iterable<{ record: TaskRecord; outcome: Outcome | undefined }>,
): Generator<StoredBlobs> {
  for (const { record, outcome } of tasks) {
    const { id: task, spec, origin, custodians } = record
    const blobs = specBlobs(spec)
    if (blobs.length > 0) yield { task, blobs, from: [origin, ...custodians] }
    const results = outcome ? outcomeBlobs(outcome) : []
    if (results.length > 0) yield { task, blobs: results, from: [outcome!.host ?? origin, ...custodians] }
  }
}
