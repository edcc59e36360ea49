import { type BlobRef, outcomeBlobs, type PeerId, specBlobs, type TaskId, type TaskRecord } from '@souk/wire'
import { recordKey, type StoredVote, voteKey } from './stored-task.ts'

/** What a write makes this peer a keeper of, and who has it beside the task's other custodians, likeliest first. */
export interface StoredBlobs {
  task: TaskId
  blobs: BlobRef[]
  from: PeerId[]
}

/** The blobs that an entry of the store names; undefined: none. Their content is kept beside it, not in it. */
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
  const decree = (value as StoredVote | undefined)?.accepted?.decree
  if (decree?.kind !== 'outcome') return undefined
  const blobs = outcomeBlobs(decree.outcome)
  const { host, ballot } = decree.outcome
  return blobs.length === 0 ? undefined : { task: key.slice(ofVote.length), blobs, from: [host ?? ballot.peer] }
}
