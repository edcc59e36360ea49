import { copiesThatFit, copyVector, type Millis, type ResourceVector, take } from '@souk/kernel'
import type { PeerId, TaskId } from '@souk/wire'
import { Company } from './company.ts'
import { lanesOf } from './lanes.ts'
import { type HostLoad, type KnownLot, type LoadFacts, takesWork, type WaitingLot } from './load-facts.ts'
import { decideMove, type StayCode } from './move-cost.ts'
import { forecastOf, predictWaits, type Share, type WaitForecast } from './predict-waits.ts'

/** Like tasks that are to go from their bearer to a host with room. */
export interface PlannedMove {
  class: string
  from: PeerId
  to: PeerId
  count: number
  /** the tasks are in the queue of their bearer's host, which must give them up */
  bound: boolean
  code: 'idle-beside-queue' | 'idle-beside-waiting'
  reason: string
  /** how much earlier they start, on average; absent: without the move they never would */
  gainMs?: Millis
  /** until they can start there: round trips and transfer of their inputs */
  afterMs: Millis
  /** their ids, if known */
  tasks: TaskId[]
}

/** Like tasks that stay where they are. */
export interface LeftOut {
  class: string
  from: PeerId
  count: number
  code: StayCode | 'moved-enough' | 'gang' | 'tied' | 'on-path' | 'no-host' | 'no-room' | 'starts-here'
  reason: string
}

/** Which waiting tasks should go where, what that does to waits, and which tasks stay for which reason. */
export interface RedistributionPlan {
  moves: PlannedMove[]
  leftOut: LeftOut[]
  /** waits of all waiting tasks without the moves, and with them */
  before: WaitForecast
  after: WaitForecast
  /** the same for the moved tasks alone */
  moved: { before: WaitForecast; after: WaitForecast }
}

/** I8: moves of one task after its first handover. */
export const movesOfOneMax = 3
/** entries of `moves`, and of `leftOut` */
const linesMax = 512

interface Ground {
  hosts: ReadonlyMap<PeerId, HostLoad>
  /** room that is left at each host, after what is planned so far */
  left: Map<PeerId, ResourceVector>
  company: Company
  roundTripMs: Millis
}

/** Plans moves for these lots. Pure. `free`: what each host has left now. */
export function planMoves(
  facts: Pick<LoadFacts, 'hosts' | 'nowMs' | 'roundTripMs' | 'decideTies'>,
  lots: readonly KnownLot[],
  free: ReadonlyMap<PeerId, ResourceVector>,
): RedistributionPlan {
  const lanes = lanesOf(facts, lots, free)
  const stay = lots.map((lot): Share => ({ lot, count: lot.count }))
  const before = predictWaits(stay, lanes)
  const ground: Ground = {
    hosts: new Map(facts.hosts.map((host) => [host.peer, host])),
    left: new Map([...free].map(([peer, vector]) => [peer, copyVector(vector)])),
    company: new Company(facts.hosts, facts.decideTies),
    roundTripMs: facts.roundTripMs,
  }
  // Tasks that wait at a host get its room before others are moved there.
  const own = new Map(lots.map((lot) => [lot, takeOwn(lot, ground)]))
  const planned = stay.map((share) => planLot(share.lot, own.get(share.lot)!, before.get(share)!, ground))
  const moved = planned.flatMap(({ lot, moves }) =>
    moves.map((move): Share => ({ lot, count: move.count, to: { peer: move.to, afterMs: move.afterMs } })),
  )
  const rest = planned.flatMap(({ lot, moves }): Share[] => {
    const count = lot.count - countOf(moves)
    return count > 0 ? [{ lot, count }] : []
  })
  // Moved tasks are followed first: they have their places before the rest.
  const after = predictWaits([...moved, ...rest], lanes)
  const wouldWait = stay.map((share, i) => {
    const { own, moves } = planned[i]!
    return before.get(share)!.slice(own, own + countOf(moves))
  })
  return {
    moves: planned.flatMap(({ moves }) => moves).slice(0, linesMax),
    leftOut: planned.flatMap(({ leftOut }) => leftOut).slice(0, linesMax),
    before: forecastOf(before.values()),
    after: forecastOf(after.values()),
    moved: { before: forecastOf(wouldWait), after: forecastOf(moved.map((share) => after.get(share)!)) },
  }
}

const countOf = (moves: readonly PlannedMove[]): number => moves.reduce((sum, { count }) => sum + count, 0)

interface PlannedLot {
  lot: KnownLot
  /** tasks that start where they are */
  own: number
  moves: PlannedMove[]
  leftOut: LeftOut[]
}

/** Gives tasks of the lot the room of their bearer's own host; returns how many start there. */
function takeOwn(lot: KnownLot, { hosts, left, company }: Ground): number {
  const { able, bearer, count, request } = lot
  const host = !lot.gang && able.includes(bearer) ? hosts.get(bearer) : undefined
  if (!host || !takesWork(host)) return 0
  const room = left.get(bearer)!
  const fit = company.join(lot, bearer, copiesThatFit(room, request, count, host.gpus))
  for (let i = 0; i < fit; i++) take(room, request, host.gpus)
  return fit
}

function planLot(lot: KnownLot, own: number, waits: readonly Millis[], ground: Ground): PlannedLot {
  const whole = (code: LeftOut['code'], reason: string): PlannedLot => {
    return { lot, own: 0, moves: [], leftOut: [{ class: lot.class, from: lot.bearer, count: lot.count, code, reason }] }
  }
  if (lot.barred) return whole(lot.barred.code, lot.barred.reason)
  if (lot.able.length === 0) return whole('no-host', 'no host that can be asked could ever run it')
  if (lot.gang) return whole('gang', 'it starts together with the others of its gang, which finds room by itself')
  if ((lot.moves ?? 0) >= movesOfOneMax)
    return whole('moved-enough', `it was moved ${lot.moves} times, and ${movesOfOneMax} are allowed`)
  const moves: PlannedMove[] = []
  // The first `own` tasks start here, so the moves are for the others, with their waits.
  const others = waits.slice(own)
  const waitMs = others.reduce((sum, ms) => sum + ms, 0) / Math.max(1, others.length)
  let waiting = lot.count - own
  let stay: { code: LeftOut['code']; reason: string } = {
    code: 'no-room',
    reason: 'every host that could run it is full, takes nothing now, or is to have what was planned before',
  }
  const open = (waiting === 0 ? [] : lot.able)
    .flatMap((peer) => (peer === lot.bearer ? [] : (ground.hosts.get(peer) ?? [])))
    .filter(takesWork)
    .map((host) => ({ host, cost: decideMove(lot, host, waitMs, ground.roundTripMs) }))
    .sort((a, b) => a.cost.afterMs - b.cost.afterMs || slots(ground, b.host) - slots(ground, a.host) || order(a, b))
  for (const { host, cost } of open) {
    const room = ground.left.get(host.peer)!
    const fit = copiesThatFit(room, lot.request, waiting, host.gpus)
    if (fit === 0) continue
    if (cost.stay) {
      stay = cost.stay
      continue
    }
    const count = ground.company.join(lot, host.peer, fit)
    const barred = count < fit ? ground.company.refusal(lot, host.peer) : undefined
    if (barred !== undefined) stay = { code: 'tied', reason: `with what is planned to go there before it: ${barred}` }
    if (count === 0) continue
    for (let i = 0; i < count; i++) take(room, lot.request, host.gpus)
    moves.push(moveOf(lot, host, { count, done: lot.count - waiting, afterMs: cost.afterMs, waitMs }))
    waiting -= count
    if (waiting === 0) break
  }
  const line = { class: lot.class, from: lot.bearer }
  const here = { ...line, count: own, code: 'starts-here' as const, reason: 'its own host has room for it' }
  const leftOut = [...(own > 0 ? [here] : []), ...(waiting > 0 ? [{ ...line, count: waiting, ...stay }] : [])]
  return { lot, own, moves, leftOut }
}

const slots = ({ left }: Ground, { peer }: HostLoad): number => left.get(peer)!.slots
const order = (a: { host: HostLoad }, b: { host: HostLoad }): number => (a.host.peer < b.host.peer ? -1 : 1)

function moveOf(
  lot: WaitingLot,
  { peer: to }: HostLoad,
  { count, done, afterMs, waitMs }: { count: number; done: number; afterMs: Millis; waitMs: Millis },
): PlannedMove {
  const finite = Number.isFinite(waitMs)
  const wait = finite ? `about ${Math.round(waitMs)} ms` : 'for ever, as things stand'
  const place = lot.bound ? "in its host's queue" : 'with its bearer'
  return {
    class: lot.class,
    from: lot.bearer,
    to,
    count,
    bound: lot.bound,
    code: lot.bound ? 'idle-beside-queue' : 'idle-beside-waiting',
    reason: `it would wait ${wait} ${place}, and could start there after ${afterMs} ms`,
    ...(finite ? { gainMs: Math.max(0, Math.round(waitMs - afterMs)) } : {}),
    afterMs,
    tasks: (lot.tasks ?? []).slice(done, done + count),
  }
}
