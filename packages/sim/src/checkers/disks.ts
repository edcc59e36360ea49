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

/** Every disk that still has what a peer wrote to it, whether that peer is up or not. */
export class Disks implements Watch {
  readonly #disks = new Map<PeerId, Disk>()
  readonly #ids = new Map<number, PeerId>()
  /** when a disk was lost, and which tasks a peer ever had on its own */
  readonly #lostAt = new Map<PeerId, number>()
  readonly #had = new Map<TaskId, Set<PeerId>>()
  /** a peer that starts has to find out anew who is gone */
  #lastStartMs = Number.NEGATIVE_INFINITY
  /** every version of every task that was ever on a disk, with its custodians */
  readonly #records = new Map<TaskId, Map<number, readonly PeerId[]>>()

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
    if (fault.kind !== 'rollback' || !began) return
    const id = this.#ids.get(fault.node)
    if (id !== undefined) this.#lostAt.set(id, now)
  }

  onWritten({ id: peer }: SimNode, writes: readonly Write[]): void {
    for (const record of storedRecords(writes)) {
      if (storedEnd(writes, record.id)?.phase === 'moved') continue
      const had = this.#had.get(record.id) ?? new Set<PeerId>()
      this.#had.set(record.id, had.add(peer))
      const versions = this.#records.get(record.id) ?? new Map<number, readonly PeerId[]>()
      versions.set(record.version, record.custodians)
      this.#records.set(record.id, versions)
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

  /** Whether this peer keeps it in that version, or in a later one; another set of the same number is another task. */
  #keeps(peer: PeerId, task: TaskId, version: number): boolean {
    const record = this.#record(peer, task)
    if (record === undefined || this.#end(peer, task)?.phase === 'moved') return false
    return record.version === version || versionNumber(record.version) > versionNumber(version)
  }

  /** Since when a lost disk's tasks can be copied without a break. */
  #repairBeganMs(peer: PeerId): number {
    const lostAt = this.#lostAt.get(peer)
    return lostAt === undefined ? Number.NEGATIVE_INFINITY : Math.max(lostAt, this.#lastStartMs)
  }

  /**
   * Who has the task: by the newest of its versions that is on a majority of its custodians' disks, else the newest.
   * While a later version is set up, those that have that one have it.
   */
  custody(task: TaskId): { custodians: readonly PeerId[]; holders: PeerId[] } | undefined {
    const versions = [...(this.#records.get(task) ?? [])]
      .sort(([a], [b]) => b - a)
      .map(([version, custodians]) => ({
        custodians,
        holders: custodians.filter((peer) => this.#keeps(peer, task, version)),
      }))
    return versions.find(({ custodians, holders }) => holders.length > custodians.length / 2) ?? versions[0]
  }

  /**
   * Whether a majority of its custodians has it; or had it, where disks were lost, or any peer started, since
   * `lostSince`, as long as one of them still has it.
   */
  durable(task: TaskId, lostSince = Number.NEGATIVE_INFINITY): boolean {
    const custody = this.custody(task)
    if (custody === undefined) return false
    const { custodians, holders } = custody
    const lost = custodians.filter((peer) => this.#had.get(task)?.has(peer) && this.#repairBeganMs(peer) > lostSince)
    return holders.length > 0 && holders.length + lost.length > custodians.length / 2
  }
}
