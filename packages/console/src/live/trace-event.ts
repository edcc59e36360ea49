/** One event of a peer's thinking, as its stream tells it; the fields depend on the type. */
export interface TraceEvent {
  type: string
  /** when it happened, by the peer's wall clock */
  wallMs: number
  /** whose it is, where it comes from the trace of the mesh; else the connected peer's */
  by?: string
  task?: string
  peer?: string
  to?: string
  from?: string
  code?: string
  [field: string]: unknown
}

export const familyOf = (type: string): string => type.split('.')[0] ?? type

/** Events that say that something is wrong, whatever else they say. */
const troubles = new Set([
  'task.refused',
  'task.straggles',
  'task.givenUp',
  'task.leaseLost',
  'task.runLost',
  'task.recovered',
  'audit.breach',
  'bidder.distrusted',
  'pressure.began',
  'member.removed',
  'store.behind',
  'store.failed',
  'message.rejected',
  'link.down',
  'dropped',
])

/** What to ask the mesh for, to see trouble: without the ends of tasks, which are thousands, and listed elsewhere. */
export const troubleKinds: readonly string[] = [...troubles].filter((type) => type !== 'dropped').concat('member.state')

/** Workers did not get warm, or did not stay so; whether that is so again or for the first time. */
export const isWarmTrouble = ({ type, code }: TraceEvent): boolean =>
  type === 'warm.done' && (code === 'warm-failed' || code === 'warm-lost')

export function isTrouble(event: TraceEvent): boolean {
  const { type, state, kind } = event
  if (isWarmTrouble(event)) return !event.again
  if (type === 'member.state') return state === 'suspect' || state === 'dead'
  if (type === 'task.closed') return kind !== 'succeeded' && kind !== 'cancelled'
  return troubles.has(type)
}

/** The rest of an event as `name value` pairs for people; what has a place of its own is left out. */
export function detailOf(event: TraceEvent, nameOf: (peer: string) => string): string {
  const apart = new Set([
    'type',
    'at',
    'wallMs',
    'by',
    'seq',
    'task',
    'peer',
    'ballot',
    'decision',
    'custodians',
    'to',
    'from',
  ])
  const words = Object.entries(event)
    .filter(([field, value]) => !apart.has(field) && value !== undefined && typeof value !== 'object')
    .map(([field, value]) => `${field} ${typeof value === 'number' ? Math.round(value * 10) / 10 : value}`)
  const ends = [event.from && `from ${nameOf(event.from)}`, event.to && `to ${nameOf(event.to)}`].filter(Boolean)
  return [...ends, ...words].join(' · ')
}
