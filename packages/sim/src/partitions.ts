/** A cut between two sides of the mesh. */
export interface Partition {
  /** world time at which it heals */
  untilMs: number
  /** nodes on side A; the others are side B */
  sideA: ReadonlySet<number>
  /** true: only what goes from A to B is cut */
  oneWay: boolean
}

/** The cuts in force right now. */
export class Partitions {
  #active: Partition[] = []

  get any(): boolean {
    return this.#active.length > 0
  }

  add(partition: Partition): void {
    this.#active.push(partition)
  }

  remove(partition: Partition): void {
    this.#active = this.#active.filter((other) => other !== partition)
  }

  /** World time until which nothing gets from one node to the other; 0 when it does now. */
  blockedUntil(from: number, to: number): number {
    let until = 0
    for (const partition of this.#active) {
      if (cuts(partition, from, to)) until = Math.max(until, partition.untilMs)
    }
    return until
  }

  /** True where at least one direction is cut: no connection can be made, and an old one dies. */
  between(a: number, b: number): boolean {
    return this.blockedUntil(a, b) > 0 || this.blockedUntil(b, a) > 0
  }
}

function cuts({ sideA, oneWay }: Partition, from: number, to: number): boolean {
  const fromA = sideA.has(from)
  if (fromA === sideA.has(to)) return false
  return fromA || !oneWay
}
