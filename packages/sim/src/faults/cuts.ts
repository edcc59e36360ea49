import type { Pair } from './fault.ts'

/** Something that nothing gets through, for some pairs of nodes and while it lasts. */
export interface Cut {
  /** world time at which it heals */
  untilMs: number
  stops(from: number, to: number): boolean
}

/** Between two sides of the mesh; one way: only what goes from A to B. */
export function sideCut(untilMs: number, sideA: readonly number[], oneWay: boolean): Cut {
  const side = new Set(sideA)
  return {
    untilMs,
    stops(from, to) {
      const fromA = side.has(from)
      return fromA !== side.has(to) && (fromA || !oneWay)
    },
  }
}

/** Between the nodes of some pairs; one way: only from the first to the second. */
export function pairCut(untilMs: number, pairs: readonly Pair[], oneWay: boolean): Cut {
  const cut = new Set(pairs.flatMap(([a, b]) => (oneWay ? [`${a}/${b}`] : [`${a}/${b}`, `${b}/${a}`])))
  return { untilMs, stops: (from, to) => cut.has(`${from}/${to}`) }
}

/** Around one node. */
export function nodeCut(untilMs: number, node: number): Cut {
  return sideCut(untilMs, [node], false)
}

/** The cuts in force right now. */
export class Cuts {
  #active: Cut[] = []

  get any(): boolean {
    return this.#active.length > 0
  }

  add(cut: Cut): void {
    this.#active.push(cut)
  }

  remove(cut: Cut): void {
    this.#active = this.#active.filter((other) => other !== cut)
  }

  /** World time until which nothing gets from one node to the other; 0 when it does now. */
  blockedUntil(from: number, to: number): number {
    let until = 0
    for (const cut of this.#active) if (cut.stops(from, to)) until = Math.max(until, cut.untilMs)
    return until
  }

  /** True where at least one direction is cut: no connection can be made, and an old one dies. */
  between(a: number, b: number): boolean {
    return this.blockedUntil(a, b) > 0 || this.blockedUntil(b, a) > 0
  }
}
