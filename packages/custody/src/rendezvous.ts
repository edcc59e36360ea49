import { compareHash, hash64 } from '@souk/kernel'
import { type PeerId, placementKey, type TaskId } from '@souk/wire'

/** A member that keeps custody. */
export interface Keeper {
  peer: PeerId
  /** failure domain, what fails together: at most one custodian of a task comes from each, where there are enough */
  domain: string
}

/**
 * How many custodians a task gets: by members, never by who can be reached (G1). One where there are one or two
 * members, else `wanted`, odd, at most as many as keep custody.
 */
export function custodianCount(members: number, keepers: number, wanted: 3 | 5): 1 | 3 | 5 {
  const limit = members >= 3 ? Math.min(wanted, keepers) : 1
  if (limit >= 5) return 5
  return limit >= 3 ? 3 : 1
}

/** All keepers in the order in which this task prefers them: highest rendezvous hash first. */
export function rankKeepers(task: TaskId, keepers: readonly Keeper[]): Keeper[] {
  const key = placementKey(task)
  return keepers
    .map((keeper) => ({ keeper, weight: hash64(`${key}/${keeper.peer}`, 3) }))
    .sort((a, b) => compareHash(b.weight, a.weight) || (a.keeper.peer < b.keeper.peer ? -1 : 1))
    .map(({ keeper }) => keeper)
}

/**
 * The `count` custodians of a task: the highest by rendezvous hash, from different failure domains where possible.
 * A pure function of the id and of who keeps custody; the order of `keepers` does not matter.
 */
export function chooseCustodians(task: TaskId, keepers: readonly Keeper[], count: number): PeerId[] {
  const ranked = rankKeepers(task, keepers)
  const domains = new Set<string>()
  const first: PeerId[] = []
  const second: PeerId[] = []
  for (const { peer, domain } of ranked) {
    if (domains.has(domain)) second.push(peer)
    else {
      domains.add(domain)
      first.push(peer)
    }
  }
  const chosen = new Set([...first, ...second].slice(0, count))
  // By rank, not first by domain: a version names its set in its order (`versionOf`), and who knows a peer's domain and who does not
  // yet may well choose the same peers.
  return ranked.flatMap(({ peer }) => (chosen.has(peer) ? [peer] : []))
}

/**
 * The next custodians of a task, where some are gone or their number changes: the others stay, in their order, and free places
 * are filled by rank, first from other failure domains. Undefined: no change, or none that gives it `count` custodians.
 */
export function decideSuccession(
  task: TaskId,
  custodians: readonly PeerId[],
  keepers: readonly Keeper[],
  facts: { count: number; gone: (peer: PeerId) => boolean },
): PeerId[] | undefined {
  const staying = custodians.filter((peer) => !facts.gone(peer)).slice(0, facts.count)
  const lacking = facts.count - staying.length
  const candidates = keepers.filter(({ peer }) => !facts.gone(peer) && !custodians.includes(peer))
  const domainOf = new Map(keepers.map(({ peer, domain }) => [peer, domain]))
  const taken = new Set(staying.map((peer) => domainOf.get(peer)))
  const apart = candidates.filter(({ domain }) => !taken.has(domain))
  const fresh = [
    ...chooseCustodians(task, apart, lacking),
    ...chooseCustodians(
      task,
      candidates.filter(({ domain }) => taken.has(domain)),
      lacking,
    ),
  ].slice(0, Math.max(0, lacking))
  const next = [...staying, ...fresh]
  // Fewer than `count` would be a weaker promise; a smaller mesh lowers `count` itself.
  if (next.length < facts.count || (fresh.length === 0 && next.length === custodians.length)) return undefined
  return next
}
