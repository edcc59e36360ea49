import type { Incarnation, LifeProof, MemberUpdate, PeerId } from '@souk/wire'

export type MemberState = MemberUpdate['state']

/** One life of a member (from start to end of its process), with the member's own signature for it. */
export interface ProvenLife {
  /** the number of the life; each start has a higher one (I9) */
  readonly incarnation: Incarnation
  /** empty for incarnation 0: nobody has met the member yet */
  readonly proof: LifeProof
}

/** The proof of a life that has none. */
export const noProof: LifeProof = new Uint8Array(0)

/** What is held to be true of a member's life: of all that was heard the greatest, by a total order (I10). */
export interface Life extends ProvenLife {
  readonly state: MemberState
  /** how often the member has denied a suspicion within that life */
  readonly denial: number
}

/** The wire's largest denial: a member that gets there can be suspected but no longer deny. */
export const denialMax = 2 ** 31

/** What may follow a state at the same (incarnation, denial). Any other change needs a higher one of the two. */
const followers: Record<MemberState, readonly MemberState[]> = {
  alive: ['suspect', 'dead', 'left'],
  suspect: ['dead', 'left'],
  dead: ['left'],
  left: [],
}

/** Whether `next` replaces `held`. By incarnation; within a life `left` is final; else by denial, then by `followers`. */
export function supersedes(next: Life, held: Life): boolean {
  if (next.incarnation !== held.incarnation) return next.incarnation > held.incarnation
  if (next.state === 'left' || held.state === 'left') return held.state !== 'left'
  if (next.denial !== held.denial) return next.denial > held.denial
  return followers[held.state].includes(next.state)
}

/** The life as it is kept: `left` is final, so its denial says nothing and is dropped. */
export function keptLife({ state, incarnation, proof, denial }: Life): Life {
  return { state, incarnation, proof, denial: state === 'left' ? 0 : denial }
}

/**
 * Whether a life counts when others tell of it: only with its member's signature. Else any member could bury another under a
 * life that it never had. Incarnation 0 needs none: of a member that nobody has met it may be said that it is dead.
 */
export function mayBeTold({ incarnation, proof }: ProvenLife): boolean {
  return incarnation === 0 || proof.length > 0
}

export function updateOf(peer: PeerId, life: Life): MemberUpdate {
  return { peer, state: life.state, incarnation: life.incarnation, proof: life.proof, denial: life.denial }
}
