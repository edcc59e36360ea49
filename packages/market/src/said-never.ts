import { BoundedMap } from '@souk/kernel'
import type { Incarnation, PeerId, Refusal } from '@souk/wire'
import type { CandidateView } from './views.ts'

/** hosts remembered for one lot or gang; those beyond are asked again */
const hostsMax = 1_024

/**
 * Hosts that said of one lot or gang that their quota can never hold such a task. No advert tells that, so it is remembered
 * for the host's life: quotas are set when it starts.
 */
export class SaidNever {
  readonly #said = new BoundedMap<PeerId, { incarnation: Incarnation; refusal: Refusal }>(hostsMax)

  /** Other `never` refusals follow from the host's advert, which is filtered by anyway and may change at any time. */
  note(member: CandidateView | undefined, refusal: Refusal): void {
    if (!member || refusal.code !== 'quota' || !refusal.never) return
    this.#said.push(member.peer, { incarnation: member.incarnation, refusal })
  }

  of({ peer, incarnation }: CandidateView): Refusal | undefined {
    const said = this.#said.get(peer)
    return said?.incarnation === incarnation ? said.refusal : undefined
  }
}
