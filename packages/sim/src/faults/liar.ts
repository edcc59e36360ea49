import type { Prng } from '@souk/kernel'
import { type Advert, type Baton, limits, type Message, type MessageOf, type TaskId } from '@souk/wire'
import type { SimNode } from '../node.ts'
import type { Stage } from '../stage.ts'
import type { FaultOf, Lie } from './fault.ts'

/** What a liar keeps of what passed through it, to use again. */
const keptMax = 32

/** How a liar is heard. */
interface Mouth {
  say(to: SimNode, messages: Message[]): void
  /** it is about to make up a baton of this task */
  onForged(task: TaskId): void
}

/**
 * A member that lies: what leaves it is bent, and now and then it says something that it made up. Its certificate is
 * good, and it cannot sign for others; its own peer inside is sound, so it lies in the market and about batons and not
 * as a custodian (no majority rule survives that).
 */
export class Liar {
  readonly #stage: Stage
  readonly #mouth: Mouth
  readonly #node: SimNode
  readonly #lies: ReadonlySet<Lie>
  readonly #everyMs: number
  readonly #prng: Prng
  readonly #adverts: Advert[] = []
  readonly #batons: Baton[] = []
  #over = false

  constructor(stage: Stage, mouth: Mouth, node: SimNode, { lies, everyMs }: FaultOf<'liar'>, prng: Prng) {
    this.#stage = stage
    this.#mouth = mouth
    this.#node = node
    this.#lies = new Set(lies)
    this.#everyMs = everyMs
    this.#prng = prng
  }

  begin(): void {
    this.#stage.later(this.#prng.exponential(this.#everyMs), () => {
      if (this.#over) return
      this.#speak()
      this.begin()
    })
  }

  end(): void {
    this.#over = true
  }

  /** What it says instead of the truth. */
  bend(messages: readonly Message[]): Message[] {
    return messages.map((message) => {
      this.#keep(message)
      return message.t === 'bid' && this.#lies.has('inflated-bids') ? inflated(message) : message
    })
  }

  #keep(message: Message): void {
    if (message.t === 'adverts') keepSome(this.#adverts, message.adverts)
    if (message.t === 'award') keepSome(this.#batons, message.batons)
  }

  /** Something nobody asked for, to anyone. */
  #speak(): void {
    const others = this.#stage.nodes.filter((other) => other !== this.#node && other.alive)
    if (!this.#node.alive || others.length === 0) return
    const to = this.#prng.pick(others)
    const lie = this.#prng.pick([...this.#lies])
    const message = this.#invent(lie, to)
    if (message !== undefined) this.#mouth.say(to, [message])
  }

  #invent(lie: Lie, to: SimNode): Message | undefined {
    const prng = this.#prng
    switch (lie) {
      case 'inflated-bids':
        return inflated({ t: 'bid', lot: prng.below(1000), terms: noTerms, offeredMs: 0 })
      case 'replayed-adverts':
        return this.#adverts.length === 0 ? undefined : { t: 'adverts', adverts: [prng.pick(this.#adverts)] }
      case 'forged-batons':
        return this.#batons.length === 0 ? undefined : this.#forge(prng.pick(this.#batons), to)
      case 'oversized': {
        const { peer } = this.#node.certificate
        const ballot = { counter: 1, peer, incarnation: 1 }
        const one = { task: '0'.repeat(24), version: 1, ballot, state: 'running' as const }
        const adds = Array.from({ length: limits.tasksPerMessageMax + 1 }, () => one)
        return { t: 'renew', seq: 1, base: 0, incarnation: this.#node.incarnation, full: true, adds, removes: [] }
      }
      case 'garbage': {
        const nonsense = prng.pick([-1, 1.5, Number.NaN, 'x', null, undefined, [], {}])
        const terms = { ...noTerms, [prng.pick(Object.keys(noTerms))]: nonsense }
        return { t: 'bid', lot: prng.below(1000), terms, offeredMs: 0 } as MessageOf<'bid'>
      }
    }
  }

  /** A task that it once passed on, under a ballot that it never had. */
  #forge(baton: Baton, to: SimNode): Message {
    const { id: peer, incarnation } = this.#node
    const ballot = { counter: baton.ballot.counter + 1 + this.#prng.below(3), peer, incarnation }
    this.#mouth.onForged(baton.record.id)
    const handed = { incarnation: to.incarnation, offeredMs: endlessMs, path: [peer], alternates: [] }
    return { t: 'award', batons: [{ ...baton, ballot, ...handed }] }
  }
}

/** Later than any peer's clock. */
const endlessMs = 2 ** 50

const noTerms: MessageOf<'bid'>['terms'] = {
  count: 0,
  startMs: 0,
  finishMs: { p50: 0, p90: 0 },
  fragMilli: 0,
  usedMilli: 0,
  priceMilli: 0,
  warm: false,
  loadSeq: 0,
}

function inflated(bid: MessageOf<'bid'>): MessageOf<'bid'> {
  return { ...bid, terms: { ...noTerms, count: limits.tasksPerMessageMax, fragMilli: -1000, warm: true } }
}

function keepSome<T>(kept: T[], more: readonly T[]): void {
  for (const item of more) {
    if (kept.length >= keptMax) kept.shift()
    kept.push(item)
  }
}
