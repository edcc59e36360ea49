import type { CpuFacts, GpuFacts, MemoryFacts, NetworkFacts, StorageFacts } from './hardware-facts.ts'
import type { CloudFacts, PersonFacts, SoftwareFacts, SpecialisedFacts } from './other-facts.ts'

/** What there is to know of an entry, by its kind. */
export interface FactsByKind {
  cpu: CpuFacts
  gpu: GpuFacts
  memory: MemoryFacts
  storage: StorageFacts
  network: NetworkFacts
  cloud: CloudFacts
  specialised: SpecialisedFacts
  software: SoftwareFacts
  people: PersonFacts
}

export type EntryKind = keyof FactsByKind

/** In the order in which people read them. */
export const entryKinds: readonly EntryKind[] = [
  'cpu',
  'gpu',
  'memory',
  'storage',
  'network',
  'cloud',
  'specialised',
  'software',
  'people',
]

/**
 * - available: can be used
 * - in-use: somebody uses it now
 * - reserved: kept back, by this host's owner or for the system
 * - unavailable: there, but cannot be used
 * - unknown: it could not be found out
 */
export type EntryState = 'available' | 'in-use' | 'reserved' | 'unavailable' | 'unknown'

/** Whether something can be used, and why where it cannot. */
export type Availability = { state: 'available' } | { state: Exclude<EntryState, 'available'>; reason: string }

export interface EntryOf<K extends EntryKind> {
  /** of this host, the same at every look: 'gpu/GPU-5c0b…', 'storage/nvme0n1' */
  id: string
  kind: K
  /** for people */
  name: string
  /** when it was looked at, by this host's clock: ISO time */
  seenAt: string
  availability: Availability
  /** said in the inventory file, not found */
  declared: boolean
  facts: FactsByKind[K]
}

export type Entry = { [K in EntryKind]: EntryOf<K> }[EntryKind]

export const available: Availability = { state: 'available' }
