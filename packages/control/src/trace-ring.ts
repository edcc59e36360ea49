import type { TraceEvent } from '@souk/peer'

/** One event as it is sent, with what filters look at. */
export interface TraceEntry {
  seq: number
  type: string
  task: string | undefined
  peers: readonly string[]
  text: string
}

/** Which events somebody wants: all that is given must fit. */
export interface TraceFilter {
  /** whole types, or first words of them, such as `task` */
  types: readonly string[]
  /** the beginning of a task's id */
  task?: string | undefined
  peer?: string | undefined
}

/** The newest events, written once for everybody who reads them. Bounded by their number and their size. */
export class TraceRing {
  readonly #eventsMax: number
  readonly #charsMax: number
  #entries: TraceEntry[] = []
  /** of the entries, how many at the front are forgotten: they are cut off many at a time */
  #gone = 0
  #chars = 0
  #seq = 0

  constructor(eventsMax: number, charsMax: number) {
    this.#eventsMax = eventsMax
    this.#charsMax = charsMax
  }

  /** of the newest; 0 before the first */
  get lastSeq(): number {
    return this.#seq
  }

  /** of the oldest that is kept; one past the newest where none is */
  get firstSeq(): number {
    return this.#entries[this.#gone]?.seq ?? this.#seq + 1
  }

  push(event: TraceEvent, wallMs: number): void {
    const { task, peer, to, from } = event as { task?: string; peer?: string; to?: string; from?: string }
    const text = JSON.stringify({ ...event, wallMs })
    const peers = [peer, to, from].filter((each) => each !== undefined)
    this.#entries.push({ seq: ++this.#seq, type: event.type, task, peers, text })
    this.#chars += text.length
    while (this.#entries.length - this.#gone > this.#eventsMax || this.#chars > this.#charsMax) {
      this.#chars -= this.#entries[this.#gone++]!.text.length
    }
    if (this.#gone * 2 < this.#entries.length) return
    this.#entries = this.#entries.slice(this.#gone)
    this.#gone = 0
  }

  /** What fits of the entries after `seq`, at most so many of all that are looked at, and up to where it was looked. */
  after(seq: number, filter: TraceFilter, lookedMax: number): { fitting: TraceEntry[]; upTo: number } {
    const start = this.#gone + Math.max(0, seq + 1 - this.firstSeq)
    const looked = this.#entries.slice(start, start + lookedMax)
    return {
      fitting: looked.filter((entry) => fits(entry, filter)),
      upTo: looked.at(-1)?.seq ?? Math.max(seq, this.#seq),
    }
  }
}

function fits({ type, task, peers }: TraceEntry, filter: TraceFilter): boolean {
  const { types } = filter
  if (types.length > 0 && !types.some((wanted) => type === wanted || type.startsWith(`${wanted}.`))) return false
  if (filter.task !== undefined && !task?.startsWith(filter.task)) return false
  return filter.peer === undefined || peers.includes(filter.peer)
}
