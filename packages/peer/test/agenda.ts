/** Events on virtual time, in order of time and, at one time, of adding. */
export class Agenda {
  #events: { at: number; order: number; act: () => void }[] = []
  #order = 0

  add(at: number, act: () => void): void {
    this.#events.push({ at, order: this.#order++, act })
  }

  /** When the next event is due; Infinity: there is none. */
  get nextAt(): number {
    return this.#next()?.at ?? Infinity
  }

  /** Removes the next event and runs it. */
  act(): void {
    const next = this.#next()!
    this.#events.splice(this.#events.indexOf(next), 1)
    next.act()
  }

  #next() {
    let next = this.#events[0]
    for (const event of this.#events) {
      if (event.at < next!.at || (event.at === next!.at && event.order < next!.order)) next = event
    }
    return next
  }
}
