import { BoundedMap } from '@souk/kernel'
import type { Incarnation, PeerId, Refusal } from '@souk/wire'
import type { CandidateView } from './views.ts'

/** hosts remembered for one lot; those beyond are asked again */
const hostsMax = 1_024

/**
 * Who said of the tasks of one lot that its quota can never hold one. No advert tells that, so it holds for as long as that
 * host lives: quotas are set when it starts.
 */
export class SaidNever {
  readonly #said = new BoundedMap<PeerId, { incarnation: Incarnation; refusal: Refusal }>(hostsMax)

  /** What it says for ever otherwise follows from its offer, which may change any time. */
  note(member: CandidateView | undefined, refusal: Refusal): void {
    if (!member || refusal.code !== 'quota' || !refusal.never) return
    this.#said.push(member.peer, { incarnation: member.incarnation, refusal })
  }

  of({ peer, incarnation }: CandidateView): Refusal | undefined {
    const said = this.#said.get(peer)
    return said?.incarnation === incarnation ? said.refusal : undefined
  }
}
