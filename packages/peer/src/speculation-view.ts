import type { Bearer } from '@souk/custody'
import type { Host } from '@souk/host'
import type { Millis } from '@souk/kernel'
import { decideFit, decideTies, isZoned, overQuota, shapeAs, shapeOf } from '@souk/market'
import type { Racing, Rebalancer } from '@souk/rebalance'
import type { Roster } from '@souk/roster'
import {
  type Ballot,
  type MessageOf,
  newestCheckpoint,
  type Offer,
  type PeerId,
  requestOf,
  type TaskId,
} from '@souk/wire'
import { drains } from './drain-view.ts'
import type { LoadTable } from './load-table.ts'

/** The machines by which second runs are decided. */
interface SpeculationParts {
  readonly self: PeerId
  readonly offer: Offer
  readonly bearer: Bearer
  readonly host: Host
  readonly roster: Roster
  readonly loads: LoadTable
}

/** What the speculator of a peer with a lagging run looks at. */
export function speculatorView(parts: SpeculationParts) {
  const { self, bearer, roster, loads } = parts
  return {
    racing(task: TaskId, ballot: Ballot): Racing | undefined {
      const borne = bearer.find(task)
      const untilMs = bearer.runsUntilMs(task, ballot)
      if (!borne || untilMs === undefined || borne.state !== 'running' || borne.ending || borne.next) return undefined
      const { record, alternative, attempts } = borne
      const { idempotent, starts, gang, near, apart } = record.spec
      // Where a gang member or tied task may run depends on tasks at other hosts, which are not known here.
      if (!idempotent || starts === 'at-most-once' || gang || near || apart || isZoned(record.spec)) return undefined
      const attempt = attempts.length + 1
      return { record, alternative, attempt, checkpoint: newestCheckpoint(attempts), untilMs }
    },
    hosts({ record, alternative }: Racing, _now: Millis): PeerId[] {
      const shape = shapeAs(shapeOf(record.spec), alternative)
      const { slots } = requestOf(record.spec, alternative)
      const able = roster.members().flatMap(({ peer, reachable, role, advert }) => {
        const free = loads.get(peer)?.freeSlots ?? 0
        const mayRun = role === 'host' || role === 'admin'
        if (peer === self || !mayRun || !reachable || !advert || free < slots || drains(parts, peer)) return []
        return decideFit(advert.offer, shape) ? [] : [{ peer, free }]
      })
      return able.sort((a, b) => b.free - a.free || (a.peer < b.peer ? -1 : 1)).map(({ peer }) => peer)
    },
  }
}

/** The machines by which a host decides on a second run for another peer. */
interface BackupParts extends Omit<SpeculationParts, 'self' | 'roster' | 'loads'> {
  readonly rebalancer: Pick<Rebalancer, 'pressure'>
}

/** What the backups of a host look at: it takes a second run only into room that is free now. */
export function backupsView(parts: BackupParts) {
  const { host, bearer } = parts
  return {
    draining: () => parts.offer.draining,
    refusal({ record, alternative }: NonNullable<MessageOf<'backup'>['ask']>): string | undefined {
      const { offer } = parts
      const shape = shapeAs(shapeOf(record.spec), alternative)
      if (host.has(record.id) || host.holds(record.id) || bearer.find(record.id)) return 'borne-here'
      if (offer.draining) return 'draining'
      // The asker may not have heard of the pressure yet.
      if (parts.rebalancer.pressure) return 'pressure'
      // The zone's hosts have given no word for a second run.
      if (isZoned(shape)) return 'tied'
      const refusal = decideFit(offer, shape) ?? decideTies(host.ties, shape) ?? overQuota(host.quotas, shape)
      if (refusal) return refusal.code
      return host.room(shape.request, 1) > 0 ? undefined : 'no-room'
    },
  }
}
