import type { DriverCounters } from './driver-options.ts'
import type { FrameOutbox } from './frame-outbox.ts'
import type { GroupCommit } from './group-commit.ts'
import type { Inbound } from './inbound.ts'

/** What a driver's parts have counted. */
export function countersOf(
  inputs: number,
  { inbound, outbox, commit }: { inbound: Inbound; outbox: FrameOutbox | undefined; commit: GroupCommit },
): DriverCounters {
  return {
    inputs,
    framesIn: inbound.frames,
    messagesIn: inbound.messages,
    framesOut: outbox?.framesOut ?? 0,
    messagesOut: outbox?.messagesOut ?? 0,
    messagesDropped: outbox?.messagesDropped ?? 0,
    commits: commit.batches,
    entriesWritten: commit.entries,
    rejected: inbound.rejections,
  }
}
