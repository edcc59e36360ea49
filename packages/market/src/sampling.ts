import type { Millis, Prng } from '@souk/kernel'
import type { MarketConfig } from './config.ts'
import type { Lot } from './lot.ts'
import type { Scarcity } from './scarcity.ts'
import type { CandidateView, LoadsView } from './views.ts'

interface SamplingParts {
  prng: Prng
  loads: LoadsView
  scarcity: Scarcity
}

export interface Round {
  /** 1; 2: the hosts asked in the first round had too little room, so others are asked */
  round: number
  /** whether the choice of host can strand devices */
  strands: boolean
}

/**
 * Whom an auction asks: all candidates if they are few, else a random sample, of which up to half are hosts whose fresh load
 * stamp shows room. Where room is scarce a blind draw mostly finds full hosts, and the others would be found only when they
 * ask for work; the blind half keeps the sample from depending on who was heard last. (Power of two choices with memory:
 * Mitzenmacher, Prabhakar, Shah, FOCS'02.) If inputs are large, all candidates that have them are asked, and a blind draw.
 */
export class Sampling {
  readonly #config: MarketConfig
  readonly #parts: SamplingParts

  constructor(config: MarketConfig, parts: SamplingParts) {
    this.#config = config
    this.#parts = parts
  }

  choose(
    lot: Lot,
    candidates: readonly CandidateView[],
    { round, strands }: Round,
    now: Millis,
  ): readonly CandidateView[] {
    const { askAllMax, askedMax, askedMaxMulti } = this.#config
    if (candidates.length <= askAllMax) return candidates
    const { prng, scarcity } = this.#parts
    const keepers = candidates.filter(({ peer }) => lot.keepers.has(peer))
    const count = Math.max(keepers.length, scarcity.askedFor(lot, round * (strands ? askedMaxMulti : askedMax)))
    if (keepers.length > 0) {
      const others = candidates.filter(({ peer }) => !lot.keepers.has(peer))
      return [...keepers, ...prng.sample(others, count - keepers.length)]
    }
    // A load stamp tells of slots, not of devices.
    if (strands) return prng.sample(candidates, count)
    const known = prng.sample(
      candidates.filter((candidate) => this.#saysRoom(candidate, lot, now)),
      Math.floor(count / 2),
    )
    const drawn = new Set(known)
    const others = candidates.filter((candidate) => !drawn.has(candidate))
    return [...known, ...prng.sample(others, count - known.length)]
  }

  #saysRoom({ peer }: CandidateView, { shape }: Lot, now: Millis): boolean {
    const free = this.#parts.loads.free(peer, now)
    return free !== undefined && free.slots >= Math.max(1, shape.request.slots) && free.ageMs <= this.#config.roomMsMax
  }
}
