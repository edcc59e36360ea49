import { defaultConfig, Peer, type PeerConfig, type PeerSnapshot } from '@souk/peer'
import type { PeerId, TaskId } from '@souk/wire'
import type { Subject } from './subject.ts'

/** Simulated members that are gone for good stay members, so what nobody knows is given up before a run counts as stuck. */
export function simulatedConfig(): PeerConfig {
  const config = defaultConfig()
  // Runs are short here, and so few that the defaults would find next to no straggler.
  const stragglers = { ...config.stragglers, factor: 1, runsMin: 5, runMsMin: 300, lookMs: 200 }
  const speculation = { ...config.speculation, on: true }
  // Of hundreds of peers in one process each keeps little; the trace hash and the checkers see all of it as it happens.
  const traceLog = { eventsMax: 256, seldomMax: 64 }
  return { ...config, stragglers, speculation, traceLog, dependencies: { ...config.dependencies, awayMsMax: 40_000 } }
}

/** The real peer, with all its trace events on: checkers read them. */
export function peerSubject(config: PeerConfig = simulatedConfig()): Subject {
  return {
    makePeer(self, prng) {
      const peer = new Peer(config, { self, prng })
      peer.setTracing(true)
      return peer
    },
    leftoversOf(snapshot, excused) {
      const { host, ...whole } = snapshot as PeerSnapshot
      const held = whole.market as { dependents: { task: TaskId }[] }
      const market = { ...held, dependents: held.dependents.filter(({ task }) => !excused(task)) }
      const custody = whole.custody as { open: number; borne: { task: TaskId; custodians: readonly PeerId[] }[] }
      const borne = custody.borne.filter(({ task }) => !excused(task))
      // Who bears a task that it keeps as well has it open, and custody only counts those.
      const stays = custody.borne.filter(({ task, custodians }) => custodians.includes(whole.self) && excused(task))
      const open = Math.max(0, custody.open - stays.length)
      return {
        ...countsOf('custody', { ...custody, borne, open }),
        ...countsOf('market', market),
        ...countsOf('host', host),
      }
    },
    lifeOf(snapshot, peer) {
      return (snapshot as PeerSnapshot | undefined)?.members.find((member) => member.peer === peer)?.incarnation
    },
    rosterOf(snapshot) {
      const { members } = snapshot as PeerSnapshot
      return new Map(
        members
          .filter(({ state }) => state === 'alive')
          .map(({ peer, incarnation, offer }) => [peer, `life ${incarnation}, ${offer?.summary ?? 'no advert'}`]),
      )
    },
  }
}

/** Parts of a snapshot that list or count work under way; what a peer keeps for later (wants, pauses) is not work. */
const underWay = new Set([
  'open',
  'borne',
  'lots',
  'auctions',
  'runs',
  'pending',
  'proposals',
  'recovering',
  'dependents',
  'gangs',
  'reservations',
])

function countsOf(part: string, snapshot: unknown): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const [name, value] of Object.entries(snapshot as object)) {
    if (!underWay.has(name)) continue
    if (typeof value === 'number') counts[`${part}.${name}`] = value
    else if (Array.isArray(value)) counts[`${part}.${name}`] = value.length
  }
  return counts
}
