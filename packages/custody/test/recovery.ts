import type { MessageOf } from '@souk/wire'
import { ballot, type record, vote } from './fixtures.ts'
import { Keeper } from './keeper.ts'

/** a lease and the grace after it */
export const leaseMs = 3_300
/** under which `c1` recovers a task that its origin began */
export const own = ballot(2, 'c1')

/** `c1`, the first custodian of task `a`, which the worker has renewed once. */
export function renewed(over: Parameters<typeof record>[1] = {}): Keeper {
  const keeper = new Keeper()
  keeper.keep('a', over)
  keeper.renew('worker', 'a')
  return keeper
}

export const lapsed = (keeper: Keeper, from: string, leftMs = 0, b = ballot()) =>
  keeper.message(from, { t: 'leaseTold', ...vote('a', b), leftMs })

export const promised = (keeper: Keeper, from: string, over: Partial<MessageOf<'promise'>> = {}) =>
  keeper.message(from, {
    t: 'promise',
    ...vote('a', over.ballot ?? own),
    attempts: [],
    begun: false,
    leftMs: 0,
    ...over,
  })

/** Its lease is over, a majority said so, and `c1` itself promises its own ballot. */
export function preparing(over: Parameters<typeof record>[1] = {}): Keeper {
  const keeper = renewed(over)
  keeper.pass(leaseMs)
  lapsed(keeper, 'c2')
  return keeper
}
