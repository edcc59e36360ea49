import type { Write } from '@souk/peer'
import type { PeerId, TaskId, TaskRecord } from '@souk/wire'
import type { Disk } from '../disk.ts'
import type { SimNode } from '../node.ts'
import type { Watch } from '../watch.ts'
import { type StoredView, storedKey, storedTasks, storedView } from './stored-view.ts'

/** Every disk that still has what a peer wrote to it, whether that peer is up or not. */
export class Disks implements Watch {
  readonly #disks = new Map<PeerId, Disk>()
  readonly #ids = new Map<number, PeerId>()
  /** the newest version of each task's record that was ever on a disk */
  readonly #newest = new Map<TaskId, TaskRecord>()

  onStart({ id, index, disk }: SimNode): void {
    this.#disks.set(id, disk)
    this.#ids.set(index, id)
  }

  onRenew({ index }: SimNode): void {
    const id = this.#ids.get(index)
    if (id !== undefined) this.#disks.delete(id)
  }

  onWritten(_node: SimNode, writes: readonly Write[]): void {
    for (const [task, view] of storedTasks(writes)) {
      if (view !== undefined && view.record.version > (this.#newest.get(task)?.version ?? 0)) {
        this.#newest.set(task, view.record)
      }
    }
  }

  /** What that peer has of a task. */
  read(peer: PeerId, task: TaskId): StoredView | undefined {
    return storedView(this.#disks.get(peer)?.read(storedKey(task)))
  }

  /** Who has the task, by the newest version of its record. */
  custody(task: TaskId): { custodians: readonly PeerId[]; holders: PeerId[] } | undefined {
    const newest = this.#newest.get(task)
    if (newest === undefined) return undefined
    const { custodians, version } = newest
    const holders = custodians.filter((peer) => this.read(peer, task)?.record.version === version)
    return { custodians, holders }
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
