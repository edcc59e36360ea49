import type { ClassForecast, Forecast } from '@souk/client'

type Quantity = ClassForecast['quantities'][number]
type Ahead = Quantity['ahead'][number]

/** of each quantity; as many as the view asks the peer for of what was */
export const bucketsShown = 60

/**
 * What was foretold one bucket ahead, by when that bucket ended. A peer tells what was and what it expects, not what it
 * expected before: a page that stays open keeps that itself. It forgets classes that are not followed any more.
 */
export class Foretold {
  #known = new Map<string, Map<number, Ahead>>()

  note({ bucketMs, classes }: Forecast): void {
    const known = new Map<string, Map<number, Ahead>>()
    for (const { class: name, until, quantities } of classes) {
      for (const { quantity, ahead } of quantities) {
        const key = keyOf(name, quantity)
        known.set(key, withNext(this.#known.get(key), Date.parse(until) + bucketMs, ahead))
      }
    }
    this.#known = known
  }

  of(name: string, quantity: string): ReadonlyMap<number, Ahead> {
    return this.#known.get(keyOf(name, quantity)) ?? new Map()
  }
}

const keyOf = (name: string, quantity: string): string => `${quantity} ${name}`

function withNext(before: Map<number, Ahead> = new Map(), endMs: number, ahead: readonly Ahead[]): Map<number, Ahead> {
  const next = ahead.find(({ buckets }) => buckets === 1)
  if (next === undefined || before.has(endMs)) return before
  return new Map([...before, [endMs, next] as const].slice(-bucketsShown))
}

/** What was against what was expected, then what is expected now; all lists are as long as `wallMs`. */
export interface Bands {
  /** when each bucket ended or ends */
  wallMs: number[]
  actual: (number | null)[]
  point: (number | null)[]
  low: (number | null)[]
  high: (number | null)[]
}

export function bandsOf(
  { history, ahead }: Quantity,
  untilMs: number,
  bucketMs: number,
  foretold: ReadonlyMap<number, Ahead>,
): Bands {
  const past = history.map((value, i) => {
    const endMs = untilMs - (history.length - 1 - i) * bucketMs
    return { endMs, value, expected: foretold.get(endMs) }
  })
  const coming = ahead.map((expected) => ({ endMs: untilMs + expected.buckets * bucketMs, value: null, expected }))
  const all = [...past, ...coming]
  const each = (field: 'point' | 'low' | 'high') => all.map(({ expected }) => expected?.[field] ?? null)
  return {
    wallMs: all.map(({ endMs }) => endMs),
    actual: all.map(({ value }) => value),
    point: each('point'),
    low: each('low'),
    high: each('high'),
  }
}
