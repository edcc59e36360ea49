import type { Inventory } from '@souk/inventory'
import type { HostView } from '../src/from-inventory.ts'

const seenAt = '2026-11-24T09:00:00.000Z'

/** A host with a CPU, memory and nothing else. */
export const hostInventory: Inventory = {
  host: {
    id: 'host/box',
    name: 'box',
    os: { platform: 'linux', release: '6.1', architecture: 'x64' },
    nodeVersion: '24.0.0',
  },
  seenAt,
  entries: [
    {
      id: 'cpu',
      kind: 'cpu',
      name: 'Some CPU',
      seenAt,
      availability: { state: 'available' },
      declared: false,
      facts: {
        model: 'Some CPU',
        architecture: 'x64',
        sockets: 1,
        cores: 4,
        threads: 4,
        usableMilli: 4000,
        baseMhz: undefined,
        boostMhz: undefined,
        governor: undefined,
        instructionSets: [],
        caches: [],
        numa: [],
      },
    },
    {
      id: 'memory/ram',
      kind: 'memory',
      name: 'main memory',
      seenAt,
      availability: { state: 'available' },
      declared: false,
      facts: {
        type: 'ram',
        totalBytes: 8e9,
        usableBytes: 8e9,
        availableBytes: 4e9,
        technology: undefined,
        speedMtps: undefined,
      },
    },
  ],
  relations: [{ from: 'host/box', relation: 'in', to: 'zone/attic' }],
  reserve: { cpuMilli: 500, memoryBytes: undefined, diskBytes: undefined },
}

export const hostUsage: HostView['usage'] = [
  {
    resource: 'cpu',
    hours: [{ hourOfWeek: 9, samples: 120, p50: 12.5, p95: 80 }],
    latest: { at: '2026-11-29T09:30:00.000Z', hourOfWeek: 9, value: 34 },
  },
]
