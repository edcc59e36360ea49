import { type Custodian, type MeshView, rankKeepers } from '@souk/custody'
import type { Host } from '@souk/host'
import type { BearersView, CandidateView, LoadsView, LocalView, MembersView, Reservations } from '@souk/market'
import type { Roster } from '@souk/roster'
import type { Demand } from '@souk/scaling'
import { custodiansMax, type PeerId } from '@souk/wire'
import type { DeskView } from './desk-io.ts'
import type { LoadTable } from './load-table.ts'
import type { TraceLog } from './trace-log.ts'
import type { TracesView } from './traces.ts'
import type { TransferRates } from './transfer-rates.ts'
import type { UnheardAwards } from './unheard-awards.ts'
import type { ZoneMembers } from './zone-members.ts'

/** The roster as the market sees it. */
export function membersView(roster: Roster, rates: TransferRates, zones: ZoneMembers): MembersView {
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
    zones: (now) => zones.at(now),
    zoneMates: (now) => zones.mates(now),
    rttP95: (peer) => (peer === undefined ? roster.rttP95 : roster.rtt(peer)?.p95),
    bytesPerMs: (peer) => rates.bytesPerMs(peer),
  }
}

const mayRun = (role: string): boolean => role === 'host' || role === 'admin'

/** This host as the market sees it. */
export function localView(
  host: Host,
  demand: Demand,
  {
    offer,
    reservations,
    pressure,
    unsure,
  }: Pick<LocalView, 'offer' | 'pressure' | 'unsure'> & { reservations(): Reservations },
): LocalView {
  const pressed = (): boolean => pressure() !== undefined
  return {
    offer,
    pressure,
    unsure,
    free: () => (pressed() ? { ...host.free, slots: 0 } : host.free),
    room: (request, limit) => (pressed() ? 0 : host.room(request, limit)),
    queued: () => host.queued,
    promised: () => reservations().lacksRoom,
    lent: (shape, limitMs, most, now) => (pressed() ? 0 : reservations().lendable(shape, limitMs, most, now)),
    quotas: () => host.quotas,
    ties: () => host.ties,
    warmth: (name) => demand.warmth(name),
    running: () => host.running,
    work: (limit, now) => host.work(limit, now),
  }
}

export function bearersView(loads: LoadTable, roster: Roster): BearersView {
  return { waiting: () => loads.waiting().filter(({ peer }) => roster.reachable(peer)) }
}

export function loadsView(loads: LoadTable, unheard: UnheardAwards, roster: Pick<Roster, 'get'>): LoadsView {
  return {
    free: (peer, now) => {
      const stamp = loads.get(peer)
      if (!stamp || stamp.draining) return undefined
      // Of a later life others may tell before the link to the earlier one is known to be gone. It has promised nothing, and a baton
      // that names it with the other's time, by a clock that began anew, would seem fresh however long it was on its way.
      if (loads.life(peer) !== roster.get(peer)?.incarnation) return undefined
      return {
        slots: stamp.freeSlots - unheard.slots(peer, now),
        saidMs: stamp.saidMs,
        ageMs: now - loads.heardMs(peer)!,
      }
    },
    awarded: (peer, task, slots, now) => unheard.add(peer, task, slots, now),
  }
}

export function deskView(roster: Roster, mesh: MeshView, custodian: Custodian, self: PeerId): DeskView {
  const askable = () => {
    const peers: PeerId[] = []
    const away: PeerId[] = []
    for (const { peer, reachable } of roster.members()) {
      if (reachable || peer === self) peers.push(peer)
      // Members that have left count as away, so that `list` lets other custodians tell of their tasks.
      else away.push(peer)
    }
    return { peers, away }
  }
  return {
    reachable: (peer) => peer === self || roster.reachable(peer),
    askable,
    whoKnows: (task) => {
      const ranked = rankKeepers(task, mesh.keepers()).map(({ peer }) => peer)
      const { peers } = askable()
      const canAsk = new Set(peers)
      const own = custodian.find(task) ? [self] : []
      return {
        peers: [...new Set([...own, ...ranked.filter((peer) => canAsk.has(peer)), ...peers])],
        away: ranked.slice(0, custodiansMax).filter((peer) => !canAsk.has(peer)),
      }
    },
  }
}

export function tracesView(roster: Roster, log: TraceLog, self: PeerId): TracesView {
  return {
    askable() {
      const members = roster.members().filter(({ state }) => state !== 'left')
      const peers = members.filter(({ peer, reachable }) => reachable || peer === self).map(({ peer }) => peer)
      return { peers, away: members.map(({ peer }) => peer).filter((peer) => !peers.includes(peer)) }
    },
    read: (what, now) => log.read(what, now),
  }
}
