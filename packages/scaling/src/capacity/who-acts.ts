import { hash64 } from '@souk/kernel'
import type { CapacityMember } from './capacity-io.ts'
import { readScaleTag } from './scale-intent.ts'

/** The one peer that starts others: the first by rendezvous of those that can and are there. */
export function actorOf(members: readonly CapacityMember[]): string | undefined {
  return actorOfScalers(members.flatMap(({ peer, scaler }) => (scaler ? [peer] : [])))
}

/** The same of peers that can all start others. */
export function actorOfScalers(peers: readonly string[]): string | undefined {
  return inTurn(peers)[0]
}

/** How many of those that say they can start others come before this one. */
export function turnOf(members: readonly CapacityMember[], self: string): number {
  const turn = inTurn(members.flatMap(({ peer, scaler }) => (scaler ? [peer] : []))).indexOf(self)
  return turn === -1 ? Number.POSITIVE_INFINITY : turn
}

function inTurn(peers: readonly string[]): string[] {
  return peers
    .map((peer) => ({ peer, weight: hash64(`capacity/${peer}`) }))
    .sort((a, b) => b.weight.hi - a.weight.hi || b.weight.lo - a.weight.lo)
    .map(({ peer }) => peer)
}

/** Slots that are of use: a pressed peer starts nothing, so it has those that it runs in. */
export function usableSlots({ slots, pressed, running }: CapacityMember): number {
  return pressed ? Math.min(slots, running) : slots
}

export function slotsOf(members: readonly CapacityMember[]): number {
  return members.reduce((sum, member) => sum + usableSlots(member), 0)
}

/**
 * As what a peer says of itself can be believed: one that claims to be started by this peer was, or its tag is none. What
 * claims to be started by others counts where those can start any, there or not: whoever takes over has to count them, and
 * can only start fewer for it.
 */
export function believed(members: readonly CapacityMember[], self: string, started: ReadonlySet<string>) {
  const others = members.filter(({ peer, scaler }) => scaler && peer !== self)
  return members.map((member): CapacityMember => {
    const { tag } = member
    if (tag === undefined) return member
    const starter = readScaleTag(tag)?.starter
    const own = starter !== undefined && self.endsWith(starter)
    const real = starter !== undefined && (own ? started.has(tag) : others.some(({ peer }) => peer.endsWith(starter)))
    return real ? member : { ...member, tag: undefined }
  })
}

/** Who ends a peer: whoever started it; where that one is not there any more, the one that acts. */
export function enderOf(members: readonly CapacityMember[], { tag }: CapacityMember): string | undefined {
  const starter = readScaleTag(tag ?? '')?.starter
  const found = members.find(({ peer, scaler }) => scaler && starter !== undefined && peer.endsWith(starter))
  return found?.peer ?? actorOf(members)
}

/**
 * The peer that would go, of those that a scaler has started: one that runs nothing and has nothing waiting, so that no
 * task has to end, to be awaited or to move first; of several the dearest, of those the newest.
 */
export function spareOf(members: readonly CapacityMember[], self: string): CapacityMember | undefined {
  const [first] = members
    .filter(({ peer, tag }) => tag !== undefined && peer !== self)
    .sort((a, b) => busyOf(a) - busyOf(b) || b.priceMilli - a.priceMilli || (a.tag! < b.tag! ? 1 : -1))
  return first
}

function busyOf({ running, waiting }: CapacityMember): number {
  return running + waiting > 0 ? 1 : 0
}
