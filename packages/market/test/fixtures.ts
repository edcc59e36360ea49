import { copiesThatFit, emptyVector, Prng, type QuotaRoom, type ResourceVector, take } from '@souk/kernel'
import { type BidTerms, type Offer, plainSpec, type Shape, type TaskRecord, type TaskSpec, type Ties } from '@souk/wire'
import type { Work } from '../src/eta.ts'
import {
  type CandidateView,
  type LoadsView,
  type LocalView,
  type MembersView,
  shapeOf,
  type ZoneMember,
} from '../src/index.ts'

export const prng = (label = 'market'): Prng => new Prng(1, label)

export const spec = plainSpec

export function record(id: string, over: Partial<TaskSpec> = {}): TaskRecord {
  return { id, spec: spec(over), origin: 'self', submittedWallMs: 0, custodians: ['self'], version: 1 }
}

export const shape = (over: Partial<TaskSpec> = {}): Shape => shapeOf(spec(over))

export const vector = (over: Partial<ResourceVector> = {}): ResourceVector => ({
  ...emptyVector(),
  cpuMilli: 4000,
  memoryBytes: 4000,
  slots: 4,
  ...over,
})

export function offer(over: Partial<Offer> = {}): Offer {
  return {
    capacity: vector(),
    labels: {},
    executors: ['process', 'function'],
    functions: ['noop'],
    draining: false,
    custody: true,
    priceMilli: 0,
    summary: '',
    ...over,
  }
}

/** A host that runs nothing. */
export const noHost = (): Offer => offer({ executors: [], functions: [], capacity: emptyVector() })

export function terms(over: Partial<BidTerms> = {}): BidTerms {
  return {
    count: 1,
    startMs: 0,
    finishMs: { p50: 0, p90: 0 },
    fragMilli: 0,
    usedMilli: 0,
    priceMilli: 0,
    warm: false,
    loadSeq: 1,
    ...over,
  }
}

/** The members as the market sees them; a test changes them at will. */
export class Members implements MembersView {
  readonly all = new Map<string, CandidateView>()
  version = 0
  rtt: number | undefined
  /** this host's zone */
  zone = 'self'
  readonly rates = new Map<string, number>()

  add(peer: string, over: Partial<CandidateView> = {}): this {
    this.all.set(peer, { peer, incarnation: 1, reachable: true, offer: offer(), ...over })
    this.version++
    return this
  }
  candidates(): CandidateView[] {
    return [...this.all.values()].sort((a, b) => (a.peer < b.peer ? -1 : 1))
  }
  /** A host without a label, or without an advert yet, is a zone of its own. */
  zones(): ZoneMember[] {
    const others = this.candidates().filter(({ peer }) => peer !== 'self')
    const zone = (labels: Record<string, string> = {}, peer: string) => labels.zone ?? peer
    return [
      { peer: 'self', zone: this.zone, reachable: true },
      ...others.map(({ peer, offer, reachable }) => ({ peer, zone: zone(offer?.labels, peer), reachable })),
    ]
  }
  zoneMates(): number {
    return this.zones().filter(({ zone, reachable }) => reachable && zone === this.zone).length
  }
  candidate(peer: string): CandidateView | undefined {
    return this.all.get(peer)
  }
  rttP95(): number | undefined {
    return this.rtt
  }
  bytesPerMs(peer: string): number | undefined {
    return this.rates.get(peer)
  }
}

/** This host as the market sees it; a test changes it at will. */
export class Local implements LocalView {
  theWarmth: ReturnType<LocalView['warmth']>
  theOffer: Offer
  theFree: ResourceVector
  theTies: Ties[] = []
  inLine = 0
  isPromised = false
  isUnsure = false
  thePressure: string | undefined
  theQuotas: QuotaRoom | undefined
  theWork: Work[] = []
  atWork = 0

  constructor(theOffer: Offer) {
    this.theOffer = theOffer
    this.theFree = { ...theOffer.capacity, gpuMilli: [...theOffer.capacity.gpuMilli] }
  }
  offer(): Offer {
    return this.theOffer
  }
  free(): ResourceVector {
    return this.theFree
  }
  room(request: Parameters<LocalView['room']>[0], limit: number): number {
    return this.inLine > 0 ? 0 : copiesThatFit(this.theFree, request, limit)
  }
  ties(): Ties[] {
    return this.theTies
  }
  warmth(): ReturnType<LocalView['warmth']> {
    return this.theWarmth
  }
  queued(): number {
    return this.inLine
  }
  promised(): boolean {
    return this.isPromised
  }
  pressure(): string | undefined {
    return this.thePressure
  }
  unsure(): boolean {
    return this.isUnsure
  }
  lent(): number {
    return 0
  }
  quotas(): QuotaRoom | undefined {
    return this.theQuotas
  }
  running(): number {
    return this.atWork
  }
  work(): readonly Work[] {
    return this.theWork
  }
  /** A task starts here and takes its room. */
  start(request: Parameters<LocalView['room']>[0]): void {
    take(this.theFree, request)
    this.atWork++
  }
}

/** The load stamps of other peers; a test changes them at will. */
export class Loads implements LoadsView {
  readonly all = new Map<string, { slots: number; saidMs: number; heardMs: number }>()

  free(peer: string, now: number): { slots: number; saidMs: number; ageMs: number } | undefined {
    const free = this.all.get(peer)
    return free && { slots: free.slots, saidMs: free.saidMs, ageMs: now - free.heardMs }
  }
  awarded(peer: string, _task: string, slots: number): void {
    const free = this.all.get(peer)
    if (free) free.slots -= slots
  }
}

/** The effects of one type. */
export function only<E extends { type: string }, T extends E['type']>(effects: readonly E[], type: T) {
  return effects.filter((e): e is Extract<E, { type: T }> => e.type === type)
}
