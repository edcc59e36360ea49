import type { Write } from '@souk/peer'
import type { PeerId, TaskId, TaskRecord } from '@souk/wire'
import type { Disk } from '../disk.ts'
import type { Fault } from '../faults/fault.ts'
import type { SimNode } from '../node.ts'
import type { Watch } from '../watch.ts'
import {
  type EndView,
  endKey,
  recordKey,
  storedEnd,
  storedRecords,
  type VoteView,
  versionNumber,
  voteKey,
} from './stored-view.ts'

/** One version of a task, and who ever had it on disk. */
interface Version {
  custodians: readonly PeerId[]
  writtenBy: Set<PeerId>
}

/** Who keeps a version of a task, and who of them has it now. */
interface Custody {
  version: number
  custodians: readonly PeerId[]
  holders: PeerId[]
}

/** Every disk that still has what a peer wrote to it, whether that peer is up or not. */
export class Disks implements Watch {
  readonly #disks = new Map<PeerId, Disk>()
  readonly #ids = new Map<number, PeerId>()
  /** when a disk was lost */
  readonly #lostAt = new Map<PeerId, number>()
  /** a peer that starts, or was frozen, has to find out anew who is gone */
  #lastStartMs = Number.NEGATIVE_INFINITY
  /** every version of every task that was ever on a disk */
  readonly #versions = new Map<TaskId, Map<number, Version>>()

  onStart({ id, index, disk }: SimNode, now: number): void {
    this.#lastStartMs = now
    this.#disks.set(id, disk)
    this.#ids.set(index, id)
  }

  onRenew({ index }: SimNode, now: number): void {
    const id = this.#ids.get(index)
    if (id === undefined) return
    this.#disks.delete(id)
    this.#lostAt.set(id, now)
  }

  /** What was written since the image is lost, too. */
  onFault(fault: Fault, began: boolean, now: number): void {
    if (fault.kind === 'freeze' && !began) this.#lastStartMs = now
    if (fault.kind !== 'rollback' || !began) return
    const id = this.#ids.get(fault.node)
    if (id !== undefined) this.#lostAt.set(id, now)
  }

  onWritten({ id: peer }: SimNode, writes: readonly Write[]): void {
    for (const record of storedRecords(writes)) {
      if (storedEnd(writes, record.id)?.phase === 'moved') continue
      const versions = this.#versions.get(record.id) ?? new Map<number, Version>()
      this.#versions.set(record.id, versions)
      const { version, custodians } = record
      const known = versions.get(version)
      if (known) known.writtenBy.add(peer)
      else versions.set(version, { custodians, writtenBy: new Set([peer]) })
    }
  }

  /** How that peer voted on a task, where it has its record too: one without the other is nothing after a start. */
  vote(peer: PeerId, task: TaskId): VoteView | undefined {
    const vote = this.#disks.get(peer)?.read(voteKey(task)) as VoteView | undefined
    return this.#record(peer, task) ? vote : undefined
  }

  /** Whether that peer knows the outcome that was chosen for it. */
  closed(peer: PeerId, task: TaskId): boolean {
    return this.#end(peer, task)?.phase === 'closed'
  }

  #end(peer: PeerId, task: TaskId): EndView | undefined {
    return this.#disks.get(peer)?.read(endKey(task)) as EndView | undefined
  }

  #record(peer: PeerId, task: TaskId): TaskRecord | undefined {
    return this.#disks.get(peer)?.read(recordKey(task)) as TaskRecord | undefined
  }

  /** Whether this peer keeps it in that version, or in a later one. */
  #keeps(peer: PeerId, task: TaskId, version: number): boolean {
    const record = this.#record(peer, task)
    if (record === undefined || this.#end(peer, task)?.phase === 'moved') return false
    return isOrFollows(record.version, version)
  }

  /** Whether this peer ever kept it so. */
  #had(peer: PeerId, task: TaskId, version: number): boolean {
    const versions = [...(this.#versions.get(task) ?? [])]
    return versions.some(([other, { writtenBy }]) => isOrFollows(other, version) && writtenBy.has(peer))
  }

  /** Since when a lost disk's tasks can be copied without a break. */
  #repairBeganMs(peer: PeerId): number {
    const lostAt = this.#lostAt.get(peer)
    return lostAt === undefined ? Number.NEGATIVE_INFINITY : Math.max(lostAt, this.#lastStartMs)
  }

  /** Who has the task: by a version that is on a majority of its custodians' disks, the newest one, else by the newest. */
  custody(task: TaskId): Custody | undefined {
    const counting = this.#counting(task)
    return counting.find(({ custodians, holders }) => holders.length > custodians.length / 2) ?? counting[0]
  }

  /**
   * The versions by which it may be kept, newest first: the newest that a majority of its custodians ever had, and any
   * that is being set up after it. Of two submits of one key both may have stood.
   */
  #counting(task: TaskId): Custody[] {
    const versions = [...(this.#versions.get(task) ?? [])].sort(([a], [b]) => b - a)
    const stood = versions.filter(([version, { custodians }]) => {
      return isMajority(custodians, (peer) => this.#had(peer, task, version))
    })
    const newest = versionNumber(stood[0]?.[0] ?? 0)
    return versions
      .filter((one) => versionNumber(one[0]) > newest || (versionNumber(one[0]) === newest && stood.includes(one)))
      .map(([version, { custodians }]) => {
        return { version, custodians, holders: custodians.filter((peer) => this.#keeps(peer, task, version)) }
      })
  }

  /**
   * Whether a majority of its custodians has it; or had it, where disks were lost, or any peer started, since
   * `lostSince`, as long as one of them still has it.
   */
  durable(task: TaskId, lostSince = Number.NEGATIVE_INFINITY): boolean {
    return this.#counting(task).some(({ version, custodians, holders }) => {
      const has = (peer: PeerId) => holders.includes(peer)
      const hadAndLost = (peer: PeerId) => this.#had(peer, task, version) && this.#repairBeganMs(peer) > lostSince
      return holders.length > 0 && isMajority(custodians, (peer) => has(peer) || hadAndLost(peer))
    })
  }
}

function isMajority(custodians: readonly PeerId[], counts: (peer: PeerId) => boolean): boolean {
  return custodians.filter(counts).length > custodians.length / 2
}

/** Another set of the same number is another task. */
function isOrFollows(version: number, before: number): boolean {
  return version === before || versionNumber(version) > versionNumber(before)
}
