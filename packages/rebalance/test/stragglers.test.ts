import { describe, expect, test } from 'vitest'
import { defaultStragglersConfig, Stragglers, type StragglersEffect, type StragglersInput } from '../src/index.ts'

const { factor, runsMin, runMsMin, lookMs } = defaultStragglersConfig
const ballot = { counter: 1, peer: 'p0', incarnation: 1 }

class Stand {
  readonly stragglers = new Stragglers(defaultStragglersConfig)
  now = 0

  step(input: StragglersInput): StragglersEffect[] {
    const out: StragglersEffect[] = []
    this.stragglers.step(input, this.now, out)
    return out
  }

  /** `count` runs of the class took `runMs` each. */
  ran(count: number, runMs: number, name = 'class'): this {
    for (let i = 0; i < count; i++) this.step({ type: 'duration', class: name, runMs })
    return this
  }

  begin(task: string, name = 'class'): this {
    this.step({ type: 'began', task, ballot, class: name })
    return this
  }

  pass(ms: number): StragglersEffect[] {
    const until = this.now + ms
    const all: StragglersEffect[] = []
    for (
      let due = this.stragglers.nextWakeup();
      due !== undefined && due <= until;
      due = this.stragglers.nextWakeup()
    ) {
      this.now = due
      all.push(...this.step({ type: 'wake' }))
    }
    this.now = until
    return all
  }
}

describe('a run', () => {
  test('is reported once, when it has taken so many times what its like take, with the figures', () => {
    const stand = new Stand().ran(100, 1_000).begin('a')
    const { limitMs } = stand.stragglers.tails()[0]!
    expect(limitMs / (factor * 1_000)).toBeCloseTo(1, 0)
    expect(stand.pass(limitMs - 1)).toEqual([])
    const told = { task: 'a', ballot, class: 'class', elapsedMs: limitMs, limitMs, runs: 100 }
    expect(stand.pass(1)).toMatchObject([{ type: 'straggler', straggler: told }])
    expect(stand.pass(60_000)).toEqual([])
    expect(stand.stragglers.now(stand.now)).toMatchObject([{ task: 'a', elapsedMs: limitMs + 60_000 }])
  })

  test('that has ended is none, nor one of a class of which too few ran', () => {
    const stand = new Stand()
      .ran(runsMin - 1, 1_000, 'rare')
      .ran(runsMin, 1_000)
      .begin('a')
      .begin('b', 'rare')
      .begin('c')
    stand.step({ type: 'over', task: 'a' })
    const reported = stand.pass(600_000).map(({ straggler }) => straggler.task)
    expect(reported).toEqual(['c'])
    stand.step({ type: 'over', task: 'c' })
    expect(stand.stragglers.now(stand.now)).toEqual([])
  })

  test('of short ones is given some time all the same', () => {
    const stand = new Stand().ran(runsMin, 1).begin('a')
    expect(stand.pass(runMsMin - 1)).toEqual([])
    expect(stand.pass(1)).toHaveLength(1)
  })

  test('is measured by what is known when it is looked at: its like may have become known, or longer', () => {
    const stand = new Stand().begin('a')
    stand.pass(4 * lookMs)
    stand.ran(runsMin, 1_000)
    expect(stand.pass(lookMs)).toHaveLength(1)
    const slower = new Stand().ran(runsMin, 1_000).begin('a')
    slower.ran(runsMin, 60_000)
    expect(slower.pass(60_000)).toEqual([])
    expect(slower.pass(600_000)).toHaveLength(1)
  })
})

test('does not wake while nothing runs', () => {
  const stand = new Stand().ran(runsMin, 1_000).begin('a')
  stand.step({ type: 'over', task: 'a' })
  expect(stand.stragglers.nextWakeup()).toBeUndefined()
})
