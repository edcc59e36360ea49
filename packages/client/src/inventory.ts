/** One thing that a host has. */
export interface InventoryEntry {
  /** of this host, the same at every look */
  id: string
  kind: 'cpu' | 'gpu' | 'memory' | 'storage' | 'network' | 'cloud' | 'specialised' | 'software' | 'people'
  name: string
  seenAt: string
  /** why it cannot be had, where it cannot */
  availability: { state: 'available' | 'in-use' | 'reserved' | 'unavailable' | 'unknown'; reason?: string }
  /** said in the inventory file, not found */
  declared: boolean
  /** by kind, for people and consoles */
  facts: Record<string, unknown>
}

/** How a resource was used at one hour of the week; older weeks count half for each week since. */
export interface UsageHour {
  /** 0 is Sunday, 00:00 to 01:00, by the host's clock */
  hourOfWeek: number
  samples: number
  p50: number
  p95: number
}

/** How a resource was used when it was measured last: each half a minute, of GPUs each five. */
export interface UsageReading {
  at: string
  /** into which that falls, by the host's clock */
  hourOfWeek: number
  value: number
}

/** Everything that the connected peer's host has. */
export interface HostInventory {
  peer: string
  host: {
    id: string
    name: string
    os: { platform: string; release: string; architecture: string }
    nodeVersion: string
  }
  seenAt: string
  entries: InventoryEntry[]
  /** device near NUMA node, process uses GPU, host in zone, data held-by host … */
  relations: { from: string; relation: string; to: string }[]
  /** kept for the system */
  reserve: { cpuMilli?: number; memoryBytes?: number; diskBytes?: number }
  /** percent of what there is; of the network Mbit/s. Hours that were never seen are not there */
  usage: { resource: string; hours: UsageHour[]; latest?: UsageReading }[]
}
