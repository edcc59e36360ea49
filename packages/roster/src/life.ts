import type { Incarnation, LifeProof, MemberUpdate, PeerId } from '@souk/wire'

export type MemberState = MemberUpdate['state']

/** One life of a member, and that member's own word for it. */
export interface ProvenLife {
  /** of the process's life (I9) */
  readonly incarnation: Incarnation
  /** empty for life 0, which is that of one whom nobody has met */
  readonly proof: LifeProof
}

/** The proof of a life that has none. */
export const noProof: LifeProof = new Uint8Array(0)

/** What is held to be true of one member's life. Totally ordered; what is held is the greatest ever heard (I10). */
export interface Life extends ProvenLife {
  readonly state: MemberState
  /** how often it has denied a suspicion within that life */
  readonly denial: number
}

/** The wire's largest denial: a member that gets there can be suspected but no longer deny. */
export const denialMax = 2 ** 31

/** What may follow a state at the same (incarnation, denial). Every other return needs a higher one of the two. */
const followers: Record<MemberState, readonly MemberState[]> = {
  alive: ['suspect', 'dead', 'left'],
  suspect: ['dead', 'left'],
  dead: ['left'],
  left: [],
}

/** Whether `next` replaces `held`: a higher incarnation always, `left` ends a life, then denial, then the table. */
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
 * Whether this may be said of somebody else. A life without its member's word is nobody's: else any member could bury
 * another one under a life that it never had, and nobody could show that one why.
 */
export function mayBeTold({ incarnation, proof }: ProvenLife): boolean {
  return incarnation === 0 || proof.length > 0
}

export function updateOf(peer: PeerId, life: Life): MemberUpdate {
  return { peer, state: life.state, incarnation: life.incarnation, proof: life.proof, denial: life.denial }
}
