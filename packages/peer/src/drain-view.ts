import type { Bearer } from '@souk/custody'
import type { Host } from '@souk/host'
import type { BorneView, DrainView } from '@souk/rebalance'
import type { Roster } from '@souk/roster'
import type { Offer, PeerId, TaskId } from '@souk/wire'
import type { LoadTable } from './load-table.ts'
import { mayMove } from './may-move.ts'

/** With more attempts a task is not stopped at a checkpoint to move: its record has room for 128 of them. */
const attemptsMax = 64

type Borne = ReturnType<Bearer['all']> extends Iterable<infer B> ? B : never

/** Where peers say that they drain. */
interface Sayings {
  readonly self: PeerId
  readonly offer: Offer
  readonly loads: LoadTable
  readonly roster: Roster
}

/** What a drain looks at. */
interface DrainParts extends Sayings {
  readonly bearer: Bearer
  readonly host: Host
  /** members that keep custody */
  keepers(): readonly { peer: PeerId }[]
}

/** Whether a peer drains, by its newest load stamp, else by its advert. */
export function drains({ self, offer, loads, roster }: Sayings, peer: PeerId): boolean {
  if (peer === self) return offer.draining
  return loads.get(peer)?.draining ?? roster.get(peer)?.advert?.offer.draining ?? false
}

/** The tasks that this peer bears, as a drain sees them, and which peers could see to them instead. */
export function drainView(parts: DrainParts): DrainView {
  const { self, bearer, host, roster } = parts
  const seesToIt = (peer: PeerId) => peer !== self && roster.reachable(peer) && !drains(parts, peer)
  return {
    *borne() {
      const heir = parts.keepers().some(({ peer }) => seesToIt(peer))
      for (const borne of bearer.all()) {
        const { custodians, spec } = borne.record
        const inherited = heir && spec.durability === 'quorum' && custodians.length === 1 && custodians[0] === self
        yield { ...seen(borne, host), inherited }
      }
    },
    seesToIt,
  }
}

/** Every task that this peer bears. */
export function* borneViews({ bearer, host }: Pick<DrainParts, 'bearer' | 'host'>): Generator<BorneView> {
  for (const borne of bearer.all()) yield seen(borne, host)
}

export function borneView({ bearer, host }: Pick<DrainParts, 'bearer' | 'host'>, task: TaskId): BorneView | undefined {
  const borne = bearer.find(task)
  return borne && seen(borne, host)
}

function seen(
  { record, state, durable, next, pending, ending, sinceMs, attempts, offered }: Borne,
  host: Host,
): BorneView {
  return {
    task: record.id,
    state: stateOf(state, host.waits(record.id)),
    fixed: !durable || next !== undefined || pending !== undefined,
    ending: ending !== undefined,
    movable: mayMove(record.spec, offered?.baton),
    startsOnce: record.spec.starts === 'at-most-once',
    checkpoints: record.spec.checkpoint !== undefined && attempts.length < attemptsMax,
    memoryBytes: host.memoryBytesOf(record.id),
    sinceMs,
    custodians: record.custodians,
  }
}

/** `waits`: the task is in the queue of this host. */
function stateOf(state: Borne['state'], waits: boolean): BorneView['state'] {
  switch (state) {
    case 'waiting':
      return 'waiting'
    case 'beginning':
      return 'beginning'
    case 'queued':
      return waits ? 'queued' : 'running'
    case 'running':
      return 'running'
    default:
      return 'passing'
  }
}
