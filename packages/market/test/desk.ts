import { emptyRequest } from '@souk/kernel'
import type { MessageOf, Shape, Ties } from '@souk/wire'
import { expect } from 'vitest'
import {
  defaultGangConfig,
  defaultMarketConfig,
  Packing,
  Reservations,
  type ReservationsEffect,
  type ReservationsInput,
} from '../src/index.ts'

export const shape: Shape = {
  class: 'c',
  executor: 'function',
  function: '',
  request: { ...emptyRequest(), slots: 1 },
  labels: {},
}

/** The reservations of a host with so many free slots, whose ledger follows their effects at once. */
export class Desk {
  now = 0
  free: number
  isUnsure = false
  readonly ties: Ties[] = []
  readonly packing: Packing
  readonly #holds = new Set<string>()
  readonly #machine: Reservations

  constructor(slots: number) {
    this.free = slots
    const local = {
      offer: () => ({ ...offer, capacity: { ...offer.capacity, slots } }),
      free: () => ({ ...offer.capacity, slots: this.free }),
      room: (_: unknown, limit: number) => Math.min(limit, this.free),
      queued: () => 0,
      promised: () => false,
      pressure: () => undefined,
      unsure: () => this.isUnsure,
      lent: () => 0,
      running: () => 0,
      work: () => [],
      ties: () => this.ties,
      warmth: () => undefined,
      quotas: () => undefined,
    }
    const members = {
      version: 1,
      candidates: () => [],
      candidate: () => undefined,
      rttP95: () => 10,
      bytesPerMs: () => undefined,
      zones: () => [],
      zoneMates: () => 1,
    }
    this.packing = new Packing(defaultMarketConfig, local)
    this.#machine = new Reservations(defaultGangConfig, { members, local, packing: this.packing })
  }

  step(input: ReservationsInput): ReservationsEffect[] {
    const out: ReservationsEffect[] = []
    this.#machine.step(input, this.now, out)
    for (const effect of out) {
      if (effect.type === 'hold') {
        this.free--
        this.#holds.add(effect.key)
      } else if (effect.type === 'free') {
        this.free++
        expect(this.#holds.delete(effect.key)).toBe(true)
      } else if (effect.type === 'assign') expect(this.#holds.delete(effect.key)).toBe(true)
    }
    return out
  }

  pass(ms: number): this {
    this.now += ms
    while ((this.#machine.nextWakeup() ?? Infinity) <= this.now) this.step({ type: 'wake' })
    return this
  }

  /** Asks to reserve; returns how many places are kept, or the code of the refusal. */
  reserve(
    gang: string,
    count: number,
    over: Partial<MessageOf<'reserve'>> = {},
    from = 'p1',
  ): number | string | undefined {
    const message = { t: 'reserve' as const, gang, round: 1, shape, count, patient: false, sinceWallMs: 0, ...over }
    const [answer] = this.step({ type: 'message', from, message }).flatMap((e) =>
      e.type === 'send' && e.message.t === 'reserved' ? [e.message] : [],
    )
    return answer!.refusal?.code ?? answer!.count
  }

  get lacksRoom(): boolean {
    return this.#machine.lacksRoom
  }

  lendable(limitMs: number, most: number): number {
    return this.#machine.lendable(shape, limitMs, most, this.now)
  }

  get kept(): unknown[] {
    return this.#machine.snapshot().reservations
  }
}

/** What is sent: the gang, the message, its count, and whether it tells of an older gang. */
export const said = (effects: readonly ReservationsEffect[]) =>
  effects.flatMap((e) => (e.type === 'send' ? [[e.message.gang, e.message.t, e.message.count, e.message.older]] : []))

const offer = {
  capacity: { cpuMilli: 0, memoryBytes: 0, diskBytes: 0, networkMbps: 0, slots: 0, gpuMilli: [], custom: {} },
  labels: {},
  executors: ['function' as const],
  functions: [],
  draining: false,
  custody: true,
  priceMilli: 0,
  summary: '',
}
