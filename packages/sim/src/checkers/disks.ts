import type { Write } from '@souk/peer'
import type { PeerId, TaskId, TaskRecord } from '@souk/wire'
import type { Disk } from '../disk.ts'
import type { SimNode } from '../node.ts'
import type { Watch } from '../watch.ts'
import { recordKey, storedRecords, type VoteView, voteKey } from './stored-view.ts'

/** Every disk that still has what a peer wrote to it, whether that peer is up or not. */
export class Disks implements Watch {
  readonly #disks = new Map<PeerId, Disk>()
  readonly #ids = new Map<number, PeerId>()
  /** every version of every task that was ever on a disk, with its custodians */
  readonly #records = new Map<TaskId, Map<number, readonly PeerId[]>>()

  onStart({ id, index, disk }: SimNode): void {
    this.#disks.set(id, disk)
    this.#ids.set(index, id)
  }

  onRenew({ index }: SimNode): void {
    const id = this.#ids.get(index)
    if (id !== undefined) this.#disks.delete(id)
  }

  onWritten(_node: SimNode, writes: readonly Write[]): void {
    for (const record of storedRecords(writes)) {
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

  #record(peer: PeerId, task: TaskId): TaskRecord | undefined {
    return this.#disks.get(peer)?.read(recordKey(task)) as TaskRecord | undefined
  }

  /** Who has the task: by the newest of its versions that is on a majority of its custodians' disks, else the newest. */
  custody(task: TaskId): { custodians: readonly PeerId[]; holders: PeerId[] } | undefined {
    const versions = [...(this.#records.get(task) ?? [])]
      .sort(([a], [b]) => b - a)
      .map(([version, custodians]) => ({
        custodians,
        holders: custodians.filter((peer) => this.#record(peer, task)?.version === version),
      }))
    return versions.find(({ custodians, holders }) => holders.length > custodians.length / 2) ?? versions[0]
  }

  /** Whether a majority of its custodians has it. */
  durable(task: TaskId): boolean {
    const custody = this.custody(task)
    return custody !== undefined && custody.holders.length > custody.custodians.length / 2
  }

  /** Custodians of a task whose disk is lost. */
  lost(custodians: readonly PeerId[]): PeerId[] {
    return custodians.filter((peer) => !this.#disks.has(peer))
  }
}
