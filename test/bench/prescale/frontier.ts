import type { Replayed } from '@souk/scaling'

/** What one keep-alive made of the tasks. */
export interface FrontierPoint extends Pick<Replayed, 'coldStarts' | 'idleMs'> {
  keepMs: number
}

/**
 * The keep-alives of which no other has both fewer cold starts and less idle time. Between two of them the cold starts go
 * down evenly in their logarithm: the curve bends that way, and a straight line would flatter whoever is compared with it.
 */
export class Frontier {
  readonly #points: readonly FrontierPoint[]

  constructor(points: readonly FrontierPoint[]) {
    this.#points = points
      .filter((a) => !points.some((b) => b.idleMs < a.idleMs && b.coldStarts <= a.coldStarts))
      .sort((a, b) => a.idleMs - b.idleMs)
  }

  /** With as little idle time as is given; with the least there is, where that is more. */
  coldStartsAt(idleMs: number): number {
    return this.#between(
      (point) => point.idleMs,
      (point) => Math.log(Math.max(1, point.coldStarts)),
      idleMs,
      Math.exp,
    )
  }

  /** With as few cold starts as are given; with the fewest there are, where those are more. */
  idleMsAt(coldStarts: number): number {
    return this.#between(
      (point) => -Math.log(Math.max(1, point.coldStarts)),
      (point) => point.idleMs,
      -Math.log(Math.max(1, coldStarts)),
      (idleMs) => idleMs,
    )
  }

  /** `x` rises along the points; beyond them it is that of the first or the last. */
  #between(
    x: (point: FrontierPoint) => number,
    y: (point: FrontierPoint) => number,
    at: number,
    back: (y: number) => number,
  ): number {
    const points = this.#points
    const after = points.findIndex((point) => x(point) >= at)
    if (after === 0) return back(y(points[0]!))
    if (after === -1) return back(y(points.at(-1)!))
    const [a, b] = [points[after - 1]!, points[after]!]
    const part = (at - x(a)) / (x(b) - x(a))
    return back(y(a) + part * (y(b) - y(a)))
  }
}
