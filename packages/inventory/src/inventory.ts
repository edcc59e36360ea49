import type { Entry, EntryKind, EntryOf } from './entry.ts'

/**
 * - near: a device, to the NUMA node whose memory it reaches fastest
 * - on: a file system, to its device; data, to its file system
 * - uses: a process, to the GPU it works with
 * - in: the host, to its zone; a zone, to its region
 * - held-by: data, to the host
 */
export interface Relation {
  from: string
  relation: 'near' | 'on' | 'uses' | 'in' | 'held-by'
  to: string
}

/** What the owner keeps for the system and the peer itself; undefined: a tenth of memory and disk, no CPU. */
export interface Reserve {
  cpuMilli: number | undefined
  memoryBytes: number | undefined
  diskBytes: number | undefined
}

/** What one host is and has. */
export interface Inventory {
  host: {
    /** what relations name: 'host/NAME' */
    id: string
    name: string
    os: { platform: string; release: string; architecture: string }
    nodeVersion: string
  }
  /** when it was looked at, by this host's clock: ISO time */
  seenAt: string
  /** by kind, in the order of `entryKinds` */
  entries: Entry[]
  relations: Relation[]
  reserve: Reserve
}

/** What one way of looking has found. */
export type Found = Pick<Inventory, 'entries' | 'relations'>

export function entriesOf<K extends EntryKind>({ entries }: Pick<Inventory, 'entries'>, kind: K): EntryOf<K>[] {
  return entries.filter((entry) => entry.kind === kind) as EntryOf<EntryKind>[] as EntryOf<K>[]
}
