import type { PeerSnapshot, TraceEvent } from '@souk/peer'
import { isZoneWide, type Shape } from '@souk/wire'
import type { SimNode } from '../node.ts'
import type { Violations } from '../violation.ts'
import type { Watch } from '../watch.ts'

/** Ten round trips of any network here, and the back-off of hosts that ask for work. */
const idleMsMax = 3000

/**
 * Liveness, once the faults are over: no slot is idle beside a task that it could run. Slots are what binds in these
 * meshes, or for tasks that must be apart by zone their zones, and those do not count; a host counts as idle while it has room for
 * the widest class of tasks. A host that died without a word and is back is still held for connected by others that could not notice
 * yet: between those two nothing can be asked. Nor is a host that has lied asked by who has found it out, for a while.
 */
export class IdleSlotsChecker implements Watch {
  readonly #violations: Violations
  readonly #widestSlots: number
  #sinceMs: number | undefined
  #reported = false
  /** until when a host is distrusted, by who distrusts whom */
  readonly #distrusted = new Map<string, number>()

  constructor(violations: Violations, widestSlots: number) {
    this.#violations = violations
    this.#widestSlots = widestSlots
  }

  onTrace({ id }: SimNode, event: TraceEvent, now: number): void {
    if (event.type === 'bidder.distrusted' && event.code === 'lies')
      this.#distrusted.set(`${id} ${event.peer}`, now + event.forMs)
  }

  onCalm(nodes: readonly SimNode[], connected: (a: SimNode, b: SimNode) => boolean, now: number): void {
    const waiting = nodes.filter(({ peer }) => peer !== undefined && waitingAt(peer) > 0)
    const idle = nodes.filter((node) => this.#isIdle(node))
    const [first] = waiting.flatMap((from) =>
      idle
        .filter((to) => from === to || (connected(from, to) && !this.#isDistrusted(from, to, now)))
        .map((to) => ({ from, to })),
    )
    if (first === undefined) this.#sinceMs = undefined
    else this.#sinceMs ??= now
    if (this.#sinceMs === undefined || this.#reported || now - this.#sinceMs < idleMsMax) return
    this.#reported = true
    const { from, to } = first!
    const tasks = waitingAt(from.peer!)
    const detail = `${to.id} has idle slots for ${now - this.#sinceMs} ms, ${tasks} tasks wait at ${from.id}`
    this.#violations.add('liveness', 'idle', now, detail)
  }

  #isDistrusted(from: SimNode, to: SimNode, now: number): boolean {
    return now < (this.#distrusted.get(`${from.id} ${to.id}`) ?? 0)
  }

  #isIdle({ peer }: SimNode): boolean {
    const stamp = peer?.loadStamp()
    return stamp !== undefined && !stamp.draining && stamp.freeSlots >= this.#widestSlots
  }
}

function waitingAt(peer: NonNullable<SimNode['peer']>): number {
  const { waiting } = peer.loadStamp()
  if (waiting === 0) return 0
  const { lots = [] } = ((peer.snapshot() as Partial<PeerSnapshot> | undefined)?.market ?? {}) as {
    lots?: { shape: Shape; waiting: number }[]
  }
  const tied = lots.filter(({ shape }) => shape.apart?.some(({ group }) => isZoneWide(group)))
  return waiting - tied.reduce((sum, lot) => sum + lot.waiting, 0)
}
