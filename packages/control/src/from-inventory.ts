import type { HostInventory, InventoryEntry, LinkLine, UsageReading } from '@souk/client'
import { entriesOf, type HourBaseline, type Inventory, offeredGpus, type UsageResource } from '@souk/inventory'
import { bandwidthOf } from './bandwidth-of.ts'
import type { PeerSnapshotView } from './peer-snapshot-view.ts'

/** What the composition root knows of its host. */
export interface HostView {
  inventory: Inventory
  usage: { resource: UsageResource; hours: HourBaseline[]; latest?: UsageReading }[]
}

type Availability = InventoryEntry['availability']

/** The host as it was found, with what only the running peer knows: what tasks have of it, who is how far, what runs here. */
export function inventoryOf(
  { inventory, usage }: HostView,
  snapshot: PeerSnapshotView,
  links: readonly Omit<LinkLine, 'name'>[],
): HostInventory {
  const taken = takenByTasks(inventory, snapshot)
  const entries = inventory.entries.map(
    (entry): InventoryEntry => ({
      ...entry,
      availability: taken.get(entry.id) ?? entry.availability,
      facts: { ...entry.facts },
    }),
  )
  const { cpuMilli, memoryBytes, diskBytes } = inventory.reserve
  return {
    peer: snapshot.self,
    host: inventory.host,
    seenAt: inventory.seenAt,
    entries: [...entries, ...pathEntries(snapshot, links), ...servedEntries(snapshot)],
    relations: inventory.relations,
    reserve: {
      ...(cpuMilli === undefined ? {} : { cpuMilli }),
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
      ...(diskBytes === undefined ? {} : { diskBytes }),
    },
    usage,
  }
}

/** Entries of which nothing is left, and those that the owner does not offer. */
function takenByTasks(inventory: Inventory, { offer, free }: PeerSnapshotView): Map<string, Availability> {
  const taken = new Map<string, Availability>()
  const set = (id: string, state: 'in-use' | 'reserved', reason: string) => taken.set(id, { state, reason })
  const { capacity } = offer
  if (capacity.cpuMilli === 0) set('cpu', 'reserved', 'nothing of it is offered')
  else if (free.cpuMilli <= 0)
    set('cpu', 'in-use', `all ${capacity.cpuMilli / 1000} that are offered are given to tasks`)
  const ram = 'memory/ram'
  if (capacity.memoryBytes === 0) set(ram, 'reserved', 'nothing of it is offered')
  else if (free.memoryBytes <= 0) set(ram, 'in-use', 'all that is offered is given to tasks')
  for (const [i, { id }] of offeredGpus(inventory).entries()) {
    if (capacity.gpuMilli[i] === undefined) set(id, 'reserved', 'not offered')
    else if ((free.gpuMilli[i] ?? 0) <= 0) set(id, 'in-use', 'given to tasks')
  }
  for (const { id, name } of entriesOf(inventory, 'specialised')) {
    if ((capacity.custom[name] ?? 0) > 0 && (free.custom[name] ?? 0) <= 0) set(id, 'in-use', 'all are given to tasks')
  }
  return taken
}

/** The way to each other peer, where it was measured. */
function pathEntries({ members, self }: PeerSnapshotView, links: readonly Omit<LinkLine, 'name'>[]): InventoryEntry[] {
  const ways = new Map(links.map((link) => [link.id, link]))
  return members
    .filter(({ peer }) => peer !== self)
    .map(({ peer, name, rttMs, connected, state }) => ({
      ...seenNow(`network/peer/${peer}`, name),
      kind: 'network',
      availability: connected ? { state: 'available' } : { state: 'unavailable', reason: `not connected (${state})` },
      facts: { addresses: [], ...(rttMs === undefined ? {} : { rttMs }), ...bandwidthOf(ways.get(peer)) },
    }))
}

/** Executors that members may use here, and the functions of modules and attached agents. */
function servedEntries({ offer }: PeerSnapshotView): InventoryEntry[] {
  const served = (type: 'executor' | 'function', name: string): InventoryEntry => ({
    ...seenNow(`software/${type}/${name}`, name),
    kind: 'software',
    availability: { state: 'available' },
    facts: { type },
  })
  return [
    ...offer.executors.map((name) => served('executor', name)),
    ...offer.functions.map((name) => served('function', name)),
  ]
}

const seenNow = (id: string, name: string) => ({ id, name, seenAt: new Date().toISOString(), declared: false })
