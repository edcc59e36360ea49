import type { Incarnation, MemberUpdate, PeerId } from '@souk/wire'

export type MemberState = MemberUpdate['state']

/** What is held to be true of one member's life. Totally ordered; what is held is the greatest ever heard (I10). */
export interface Life {
  readonly state: MemberState
  /** of the process's life (I9) */
  readonly incarnation: Incarnation
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
export function keptLife({ state, incarnation, denial }: Life): Life {
  return { state, incarnation, denial: state === 'left' ? 0 : denial }
}

export function updateOf(peer: PeerId, life: Life): MemberUpdate {
  return { peer, state: life.state, incarnation: life.incarnation, denial: life.denial }
}
