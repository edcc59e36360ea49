import type { PeerId, Ties } from '@souk/wire'
import type { HostLoad, TiesRule, WaitingLot } from './load-facts.ts'

/** Ties of the tasks at each host: of those there now, and of those that the plan has put there so far. */
export class Company {
  readonly #rule: TiesRule
  readonly #there: Map<PeerId, Ties[]>

  constructor(hosts: Iterable<Pick<HostLoad, 'peer' | 'ties'>>, rule: TiesRule = () => undefined) {
    this.#rule = rule
    this.#there = new Map([...hosts].map(({ peer, ties = [] }) => [peer, [...ties]]))
  }

  /** Why a task of the lot may not join that host now; undefined: it may. Tasks queued at that host are there already. */
  refusal({ ties, bound, bearer }: WaitingLot, peer: PeerId): string | undefined {
    if (!ties || (bound && bearer === peer)) return undefined
    return this.#rule(this.#there.get(peer) ?? [], ties)?.detail
  }

  /** Puts up to `most` tasks of the lot there, one by one until ties forbid the next; returns how many. */
  join(lot: WaitingLot, peer: PeerId, most: number): number {
    const { ties, bound, bearer } = lot
    if (!ties || (bound && bearer === peer)) return most
    const there = this.#there.get(peer) ?? []
    this.#there.set(peer, there)
    let count = 0
    while (count < most && this.refusal(lot, peer) === undefined) {
      there.push(ties)
      count++
    }
    return count
  }
}
