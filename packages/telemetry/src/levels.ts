import type { TraceType, UntimedTrace } from '@souk/peer'

/** A process that stood ready, or was about to, has ended. */
const warmTroubles: ReadonlySet<string> = new Set(['warm-failed', 'warm-lost'])

export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error'

/**
 * What a person who runs a mesh must see is `info` and above; what happens once per task is `debug`, for there may
 * be thousands a second; what happens several times per task is `trace`.
 */
const levels: Record<TraceType, Level> = {
  'peer.started': 'info',
  'peer.leaving': 'info',
  'peer.draining': 'info',
  'peer.drained': 'info',
  'peer.undrained': 'info',
  'pressure.began': 'warn',
  'pressure.ended': 'info',
  'link.up': 'info',
  'link.down': 'info',
  'member.state': 'info',
  'member.removed': 'warn',
  'member.advert': 'trace',
  'task.submitted': 'debug',
  'task.stored': 'trace',
  'task.putBack': 'debug',
  'task.shed': 'info',
  'task.accepted': 'debug',
  'task.refused': 'warn',
  'task.waiting': 'debug',
  'task.released': 'debug',
  'task.awarded': 'debug',
  'task.received': 'debug',
  'task.bounced': 'debug',
  'task.queued': 'trace',
  'task.lined': 'trace',
  'task.started': 'debug',
  'task.ran': 'debug',
  'task.stop': 'debug',
  'task.givenUp': 'warn',
  'task.straggles': 'warn',
  'task.backedUp': 'info',
  'task.unbacked': 'info',
  'task.outrun': 'info',
  'task.leaseLost': 'warn',
  'task.runLost': 'warn',
  'task.recovered': 'warn',
  'task.chosen': 'trace',
  'task.moved': 'debug',
  'task.closed': 'debug',
  'audit.breach': 'warn',
  'warm.promoted': 'info',
  'warm.demoted': 'info',
  'capacity.ordered': 'info',
  'capacity.judged': 'info',
  'warm.ordered': 'debug',
  'warm.done': 'debug',
  'auction.asked': 'trace',
  'auction.closed': 'trace',
  'hold.reserved': 'trace',
  'hold.released': 'trace',
  'hold.expired': 'trace',
  'wanted.sent': 'trace',
  'wanted.given': 'trace',
  'store.behind': 'error',
  'store.failed': 'error',
  'message.rejected': 'warn',
  'bidder.distrusted': 'warn',
}

/** from the least to the most important */
const ranks: readonly Level[] = ['trace', 'debug', 'info', 'warn', 'error']

/** What a log of this level writes of the trace. */
export function tracesFrom(least: Level): (event: UntimedTrace) => boolean {
  const rank = ranks.indexOf(least)
  return (event) => ranks.indexOf(levelOf(event)) >= rank
}

export function levelOf(event: UntimedTrace): Level {
  if (event.type === 'member.state' && (event.state === 'suspect' || event.state === 'dead')) return 'warn'
  if (event.type === 'task.closed' && (event.kind === 'lost' || event.kind === 'quarantined')) return 'warn'
  if (event.type === 'warm.done' && warmTroubles.has(event.code) && !event.again) return 'warn'
  return levels[event.type]
}
