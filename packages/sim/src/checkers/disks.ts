import type { PeerId, TaskId } from '@souk/wire'
import type { Disk } from '../disk.ts'
import type { SimNode } from '../node.ts'
import type { Watch } from '../watch.ts'
import { type StoredView, storedKey, storedView } from './stored-view.ts'

/** Every disk that still has what a peer wrote to it, whether that peer is up or not. */
export class Disks implements Watch {
  readonly #disks = new Map<PeerId, Disk>()
  readonly #ids = new Map<number, PeerId>()

  onStart({ id, index, disk }: SimNode): void {
    this.#disks.set(id, disk)
    this.#ids.set(index, id)
  }

  onRenew({ index }: SimNode): void {
    const id = this.#ids.get(index)
    if (id !== undefined) this.#disks.delete(id)
  }

  /** What that peer has of a task. */
  read(peer: PeerId, task: TaskId): StoredView | undefined {
    return storedView(this.#disks.get(peer)?.read(storedKey(task)))
  }

  /** Who has the task, by the newest version of its record that is anywhere. */
  custody(task: TaskId): { custodians: readonly PeerId[]; holders: PeerId[] } | undefined {
    let newest: StoredView | undefined
    for (const peer of this.#disks.keys()) {
      const view = this.read(peer, task)
      if (view !== undefined && view.record.version > (newest?.record.version ?? 0)) newest = view
    }
    if (newest === undefined) return undefined
    const { custodians, version } = newest.record
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
