import type { Millis } from '@souk/kernel'
import type { Advert, PeerId, Role } from '@souk/wire'
import type { MemberState } from './life.ts'
import type { RoundTripTimes } from './member.ts'
import type { MemberTable } from './member-table.ts'

export interface MemberSnapshot {
  peer: PeerId
  name: string
  role: Role
  state: MemberState
  incarnation: number
  denial: number
  connected: boolean
  reachable: boolean
  sinceMs: Millis
  addresses: string[]
  rtt: RoundTripTimes | undefined
  advert: Advert | undefined
}

interface Gauges {
  /** local health score; 0 is well */
  health: number
  rumours: number
  /** probes under way, those for others included */
  probes: number
  rttP95: Millis | undefined
  incarnationSeenOfSelf: number
}

export interface RosterSnapshot extends Gauges {
  self: PeerId
  version: number
  members: MemberSnapshot[]
}

/** Plain data for the console and tests. */
export function snapshotOf(self: PeerId, table: MemberTable, gauges: Gauges): RosterSnapshot {
  const members = table.members().map((m) => ({
    peer: m.peer,
    name: m.name,
    role: m.role,
    state: m.state,
    incarnation: m.incarnation,
    denial: m.life.denial,
    connected: m.connected,
    reachable: m.reachable,
    sinceMs: m.sinceMs,
    addresses: [...m.addresses],
    rtt: m.rtt,
    advert: m.advert,
  }))
  return { self, version: table.version, members, ...gauges }
}
