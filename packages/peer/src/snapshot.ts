import type { Breach } from '@souk/host'
import type { Millis, ResourceVector, WallMillis } from '@souk/kernel'
import type { Member } from '@souk/roster'
import type { Incarnation, LoadStamp, Offer, PeerId, Role } from '@souk/wire'
import type { Keeping } from './keeping.ts'

export interface MemberView {
  peer: PeerId
  name: string
  role: Role
  state: 'alive' | 'suspect' | 'dead' | 'left'
  incarnation: Incarnation
  connected: boolean
  reachable: boolean
  rttMs?: Millis
  load?: LoadStamp
  offer?: Offer
  addresses: string[]
}

/** The whole peer as plain data, for the API, the console and tests. */
export interface PeerSnapshot {
  self: PeerId
  name: string
  mesh: string
  role: Role
  incarnation: Incarnation
  startedWallMs: WallMillis
  offer: Offer
  free: ResourceVector
  load: LoadStamp
  members: MemberView[]
  keeping: Keeping
  /** by state while open, by outcome once closed */
  tasks: Record<string, number>
  store: { ok: boolean; code?: string; message?: string }
  /** what the last audit of this host has found */
  breaches: readonly Breach[]
  counters: Record<string, number>
  custody: unknown
  market: unknown
  host: unknown
}

export function toMemberView(member: Member, load: LoadStamp | undefined): MemberView {
  const view: MemberView = {
    peer: member.peer,
    name: member.name,
    role: member.role,
    state: member.state,
    incarnation: member.incarnation,
    connected: member.connected,
    reachable: member.reachable,
    addresses: [...member.addresses],
  }
  if (member.rtt) view.rttMs = member.rtt.mean
  if (load) view.load = load
  if (member.advert) view.offer = member.advert.offer
  return view
}
