import type { Accepted, Ballot, Decree } from '@souk/wire'
import { compareBallots } from '@souk/wire'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CustodianEffect, CustodianMessage } from '../src/index.ts'
import { ballot, ends, next, record, sent, trio, vote } from './fixtures.ts'
import { Keeper } from './keeper.ts'

/** Somebody who wants a decree chosen under one ballot, as the protocol says: promises first, then the highest accepted. */
class Round {
  readonly ballot: Ballot
  readonly #wish: Decree
  readonly #promises = new Map<string, Accepted | undefined>()
  readonly #commits = new Set<string>()
  decree: Decree | undefined

  /** `bears`: a majority stored the task under this ballot, so there is nothing to ask. */
  constructor(b: Ballot, wish: Decree, bears: boolean) {
    this.ballot = b
    this.#wish = wish
    if (bears) this.decree = wish
  }

  says(): CustodianMessage {
    if (this.decree) return { t: 'commit', ...vote('a', this.ballot), decree: this.decree, record: record('a') }
    return { t: 'prepare', ...vote('a', this.ballot), aim: 'close', record: record('a'), attempts: [] }
  }

  hears(from: string, effects: readonly CustodianEffect[]): void {
    const mine = ({ message }: { message: { ballot: Ballot } }) => compareBallots(message.ballot, this.ballot) === 0
    for (const { message } of sent(effects, 'promise').filter(mine)) this.#promises.set(from, message.accepted)
    for (const _ of sent(effects, 'committed').filter(mine)) this.#commits.add(from)
    if (this.decree || this.#promises.size < 2) return
    const accepted = [...this.#promises.values()].filter((a) => a !== undefined)
    const [best] = accepted.sort((a, b) => compareBallots(b.ballot, a.ballot))
    this.decree = best?.decree ?? this.#wish
  }

  get chosen(): Decree | undefined {
    return this.#commits.size >= 2 ? this.decree : undefined
  }
}

const at = fc.nat({ max: 2 })
const often = fc.nat({ max: 4 }).map((n) => n > 0)
const seldom = fc.nat({ max: 4 }).map((n) => n === 0)
const steps = fc.oneof(
  { weight: 2, arbitrary: fc.record({ does: fc.constant('begin' as const), at }) },
  // One of the last rounds says what it has to say to one custodian; lost: the answer does not come.
  {
    weight: 12,
    arbitrary: fc.record({ does: fc.constant('say' as const), at, round: at, written: often, lost: seldom }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('write' as const), at }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('refuse' as const), at }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('restart' as const), at }) },
)

test('of one version no two decrees are ever chosen, whatever is lost, said twice, refused by disks or killed', () => {
  let chosenEver = 0
  fc.assert(
    fc.property(fc.array(steps, { minLength: 10, maxLength: 80 }), (all) => {
      const keepers = trio.map((self) => new Keeper({}, { self }))
      for (const keeper of keepers) keeper.keep('a')
      const rounds = [new Round(ballot(), ends({ message: 'of the origin' }), true)]
      const answer = (k: number, effects: readonly CustodianEffect[], lost: boolean) => {
        if (!lost) for (const round of rounds) round.hears(trio[k]!, effects)
      }
      for (const [i, step] of all.entries()) {
        const k = step.at
        const keeper = keepers[k]!
        if (step.does === 'begin') {
          const wish = k === 1 ? next(['c1', 'c2', `c${i + 4}`]) : ends({ kind: 'cancelled', message: `of step ${i}` })
          rounds.push(new Round(ballot(2 * (i + 1), trio[k]), wish, false))
        } else if (step.does === 'say') {
          const round = rounds.at(-1 - step.round) ?? rounds[0]!
          answer(k, keeper.message(round.ballot.peer, round.says()), step.lost)
          if (step.written) answer(k, keeper.write(), step.lost)
        } else if (step.does === 'write') answer(k, keeper.write(), false)
        else if (step.does === 'refuse') answer(k, keeper.refuse(), false)
        else keepers[k] = keeper.restarted(i + 2)
        const chosen = new Set(rounds.flatMap((round) => (round.chosen ? [JSON.stringify(round.chosen)] : [])))
        chosenEver += chosen.size
        expect(chosen.size).toBeLessThanOrEqual(1)
      }
    }),
    { numRuns: 400 },
  )
  // Otherwise it would say nothing.
  expect(chosenEver).toBeGreaterThan(0)
})
