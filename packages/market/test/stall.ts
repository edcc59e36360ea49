import type { BidTerms, MessageOf, Refusal, TaskRecord, TaskSpec } from '@souk/wire'
import {
  Auctioneer,
  type AuctioneerEffect,
  type AuctioneerInput,
  defaultMarketConfig,
  type MarketConfig,
  Packing,
  ZoneClaims,
} from '../src/index.ts'
import { Loads, Local, Members, noHost, only, prng, record, spec, terms, vector } from './fixtures.ts'

/** An auctioneer with its clock, its members and its host. Each call returns the effects of that one step. */
export class Stall {
  readonly members = new Members()
  readonly local: Local
  readonly loads = new Loads()
  readonly packing: Packing
  readonly auctioneer: Auctioneer
  readonly claims = new ZoneClaims(defaultMarketConfig)
  now = 0

  constructor({ config = {} as Partial<MarketConfig>, host = noHost() } = {}) {
    this.local = new Local(host)
    this.packing = new Packing(defaultMarketConfig, this.local)
    const { members, local, loads } = this
    this.auctioneer = new Auctioneer(
      { ...defaultMarketConfig, ...config },
      { self: 'self', prng: prng(), members, local, loads, packing: this.packing, claims: this.claims },
    )
    this.step({ type: 'start', wallMs: 1_000_000 })
  }

  /** A stall with these other hosts, whose own host runs nothing. */
  static among(...peers: string[]): Stall {
    const stall = new Stall()
    for (const peer of peers) stall.members.add(peer)
    return stall
  }

  step(input: AuctioneerInput): AuctioneerEffect[] {
    const out: AuctioneerEffect[] = []
    this.auctioneer.step(input, this.now, out)
    for (const { tasks } of only(out, 'keep')) {
      for (const task of tasks) this.local.start(this.#specs.get(task)!.request)
    }
    return out
  }

  at(now: number): this {
    this.now = now
    return this
  }

  wake(): AuctioneerEffect[] {
    return this.step({ type: 'wake' })
  }

  /** Lets time pass, waking the auctioneer when it is due. */
  pass(ms: number): AuctioneerEffect[] {
    const until = this.now + ms
    const out: AuctioneerEffect[] = []
    for (
      let due = this.auctioneer.nextWakeup();
      due !== undefined && due <= until;
      due = this.auctioneer.nextWakeup()
    ) {
      this.now = Math.max(this.now, due)
      out.push(...this.wake())
    }
    this.now = until
    return out
  }

  /** Adds tasks to be placed; returns what the auctioneer does about them in this turn. */
  wait(names: string[], over: Partial<TaskSpec> = {}): AuctioneerEffect[] {
    const out = names.flatMap((name) => this.add(name, over))
    return [...out, ...this.wake()]
  }

  add(name: string, over: Partial<TaskSpec> = {}): AuctioneerEffect[] {
    this.#specs.set(name, spec(over))
    return this.step({ type: 'waiting', record: record(name, over) })
  }

  /** Adds a task with this origin and these custodians. */
  waitFor(name: string, over: Partial<TaskSpec>, { origin, custodians }: Pick<TaskRecord, 'origin' | 'custodians'>) {
    this.#specs.set(name, spec(over))
    const effects = this.step({ type: 'waiting', record: { ...record(name, over), origin, custodians } })
    return [...effects, ...this.wake()]
  }

  /** A task comes back to be placed anew, but not with the peers of `avoid`, which had it before. */
  comesBack(name: string, avoid: string[]): AuctioneerEffect[] {
    this.#specs.set(name, spec())
    return this.step({ type: 'waiting', record: record(name), avoid })
  }

  bid(from: string, over: Partial<BidTerms> = {}, lot = this.lot): AuctioneerEffect[] {
    return this.step({ type: 'message', from, message: { t: 'bid', lot, terms: terms(over), offeredMs: 7 } })
  }

  noBid(from: string, over: Partial<Refusal> = {}, lot = this.lot): AuctioneerEffect[] {
    const refusal: Refusal = { code: 'no-room', never: false, detail: '1 running', ...over }
    return this.step({ type: 'message', from, message: { t: 'noBid', lot, refusal } })
  }

  wanted(from: string, over: Partial<Omit<MessageOf<'wanted'>, 't'>> = {}): AuctioneerEffect[] {
    const wanted = { want: 1, free: vector(), count: 4, aheadMs: 0, concurrent: 1, offeredMs: 7, ...over }
    return this.step({ type: 'message', from, message: { t: 'wanted', ...wanted } })
  }

  /** Tasks in all lots. */
  get held(): number {
    return this.auctioneer.snapshot().lots.reduce((sum, { waiting }) => sum + waiting, 0)
  }

  /** The number of the newest auction. */
  get lot(): number {
    return this.auctioneer.snapshot().auctions.at(-1)?.id ?? 0
  }

  readonly #specs = new Map<string, TaskSpec>()
}

/** The peers asked for a quote, in order. */
export const asked = (effects: AuctioneerEffect[]): string[] =>
  only(effects, 'send').flatMap(({ to, message }) => (message.t === 'quote' ? [to] : []))

/** What was awarded to whom. */
export const awards = (effects: AuctioneerEffect[]): [string, string[]][] =>
  only(effects, 'award').map(({ to, tasks }) => [to.peer, tasks])
