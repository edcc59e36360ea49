import type { Host } from '@souk/host'
import type { BearersView, CandidateView, LocalView, MembersView } from '@souk/market'
import type { Roster } from '@souk/roster'
import type { Offer, PeerId } from '@souk/wire'
import type { DeskView } from './desk.ts'
import type { LoadTable } from './load-table.ts'

/** The roster as the market sees it. */
export function membersView(roster: Roster): MembersView {
  let seen = -1
  let cached: CandidateView[] = []
  const candidate = (peer: PeerId): CandidateView | undefined => {
    const member = roster.get(peer)
    return member && { peer, incarnation: member.incarnation, reachable: member.reachable, offer: member.advert?.offer }
  }
  return {
    get version() {
      return roster.version
    },
    candidates() {
      if (seen !== roster.version) {
        cached = roster.members().flatMap(({ peer, role }) => (mayRun(role) ? (candidate(peer) ?? []) : []))
        seen = roster.version
      }
      return cached
    },
    candidate,
    rttP95: (peer) => (peer === undefined ? roster.rttP95 : roster.rtt(peer)?.p95),
  }
}

const mayRun = (role: string): boolean => role === 'host' || role === 'admin'

/** This host as the market sees it. */
export function localView(host: Host, offer: () => Offer): LocalView {
  return {
    offer,
    free: () => host.free,
    room: (request, limit) => host.room(request, limit),
    queued: () => host.queued,
    running: () => host.running,
  }
}

export function bearersView(loads: LoadTable, roster: Roster): BearersView {
  return { waiting: () => loads.waiting().filter(({ peer }) => roster.reachable(peer)) }
}

export function deskView(roster: Roster, self: PeerId): DeskView {
  return {
    peerByTag: (tag) => roster.peerByTag(tag),
    reachable: (peer) => peer === self || roster.reachable(peer),
    reachablePeers: () => roster.members().flatMap(({ peer, reachable }) => (reachable || peer === self ? [peer] : [])),
  }
}
