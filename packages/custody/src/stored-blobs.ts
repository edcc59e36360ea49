import {
  type BlobRef,
  newestCheckpoint,
  outcomeBlobs,
  type PeerId,
  specBlobs,
  type TaskId,
  type TaskRecord,
} from '@souk/wire'
import { recordKey, type StoredVote, voteKey } from './stored-task.ts'

/** Blobs that a write makes this peer a keeper of, and who has them beside the task's other custodians, likeliest first. */
export interface StoredBlobs {
  task: TaskId
  blobs: BlobRef[]
  from: PeerId[]
}

/** The blobs that a write to the store names, whose content is kept beside it; undefined: none. */
export function storedBlobs({ key, value }: { key: string; value: unknown }): StoredBlobs | undefined {
  const [ofRecord, ofVote] = [recordKey(''), voteKey('')]
  if (key.startsWith(ofRecord)) {
    const record = value as TaskRecord | undefined
    if (!record?.spec) return undefined
    const { id, origin, custodians } = record
    const blobs = specBlobs(record.spec)
    return blobs.length === 0 ? undefined : { task: id, blobs, from: [origin, ...custodians] }
  }
  if (!key.startsWith(ofVote)) return undefined
  const vote = value as StoredVote | undefined
  const decree = vote?.accepted?.decree
  if (decree?.kind !== 'outcome') {
    const left = newestCheckpoint(vote?.attempts ?? [])
    return left && { task: key.slice(ofVote.length), blobs: [left.file.blob], from: [left.host] }
  }
  const blobs = outcomeBlobs(decree.outcome)
  const { host, ballot } = decree.outcome
  return blobs.length === 0 ? undefined : { task: key.slice(ofVote.length), blobs, from: [host ?? ballot.peer] }
}
