import { Type } from '@sinclair/typebox'
import type { HostInventory } from '../inventory.ts'
import { choice, IsoTime, int, list, PeerIdText, plainRecord, strict, text } from './vocabulary.ts'

const optional = Type.Optional
const name = text(256)
const id = text(4200, 1)

const EntryBody = strict({
  id,
  kind: choice('cpu', 'gpu', 'memory', 'storage', 'network', 'cloud', 'specialised', 'software', 'people'),
  name: text(4200),
  seenAt: IsoTime,
  availability: strict({
    state: choice('available', 'in-use', 'reserved', 'unavailable', 'unknown'),
    reason: optional(text()),
  }),
  declared: Type.Boolean(),
  facts: plainRecord,
})

const UsageHourBody = strict({ hourOfWeek: int(167), samples: int(), p50: Type.Number(), p95: Type.Number() })
const UsageReadingBody = strict({ at: IsoTime, hourOfWeek: int(167), value: Type.Number() })

export const InventoryAnswer = Type.Unsafe<HostInventory>(
  strict({
    peer: PeerIdText,
    host: strict({
      id,
      name,
      os: strict({ platform: name, release: name, architecture: name }),
      nodeVersion: name,
    }),
    seenAt: IsoTime,
    entries: list(EntryBody, 16_384),
    relations: list(strict({ from: id, relation: name, to: id }), 65_536),
    reserve: strict({ cpuMilli: optional(int()), memoryBytes: optional(int()), diskBytes: optional(int()) }),
    usage: list(strict({ resource: name, hours: list(UsageHourBody, 168), latest: optional(UsageReadingBody) }), 16),
  }),
)
