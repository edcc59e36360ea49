import type { CapacitySaved } from '../src/capacity/capacity-io.ts'
import type { SeriesForecast, SeriesForecaster } from '../src/demand/views.ts'
import type { CapacityMember } from '../src/index.ts'
import {
  Capacity,
  type CapacityConfig,
  type CapacityEffect,
  type CapacityInput,
  defaultCapacityConfig,
} from '../src/index.ts'

/** Foretells what a test says, else what was seen last. */
export class Foretold implements SeriesForecaster {
  #last: number | undefined
  says: ((ahead: number) => number) | undefined

  step(_bucket: number, value: number | undefined): void {
    this.#last = value
  }

  forecast(ahead: number): SeriesForecast | undefined {
    const point = this.says?.(ahead) ?? this.#last
    return point === undefined ? undefined : { ahead, point, low: point, high: point, quantile: point, by: 'test' }
  }

  accuracy(): never[] {
    return []
  }

  save(): number | undefined {
    return this.#last
  }
}

export const wallMs = 1_700_000_000_000

export function member(peer: string, changes: Partial<CapacityMember> = {}): CapacityMember {
  const rest = {
    alive: true,
    draining: false,
    slots: 2,
    running: 0,
    waiting: 0,
    pressed: false,
    scaler: false,
    priceMilli: 1000,
  }
  return { peer, tag: undefined, ...rest, ...changes }
}

/** What an earlier life kept, whose orders brought these peers. */
export const ordered = (...tags: string[]) => ({
  log: tags.map((peerTag) => ({
    ...{ intent: { id: peerTag, kind: 'grow', peerTag }, askedWallMs: wallMs, why: 'short' },
    ...{ state: 'judged', code: 'done', judgement: 'right' },
  })),
})

/** One peer's capacity machine in a mesh that a test makes up; a scaler answers when the test says so. */
export class MeshOfSlots {
  readonly forecaster = new Foretold()
  readonly capacity: Capacity
  readonly effects: CapacityEffect[] = []
  members: CapacityMember[]
  now = 0

  constructor(
    config: Partial<CapacityConfig> = {},
    self = 'origin',
    saved: unknown = undefined,
    startWallMs = wallMs,
    forecast?: unknown,
  ) {
    this.members = [member(self, { scaler: true })]
    const view = { members: () => this.members }
    const whole = { ...defaultCapacityConfig, scaler: 'local', slotsPerPeer: 2, ...config }
    const forecasters = { make: () => this.forecaster, restored: (_: number, from: unknown) => this.#restored(from) }
    this.capacity = new Capacity(whole, { self, view, forecasters })
    this.step({ type: 'start', wallMs: startWallMs, saved, forecast })
  }

  step(input: CapacityInput): void {
    this.capacity.step(input, this.now, this.effects)
  }

  /** Time goes by, and each second somebody may do something. */
  pass(seconds: number, each: () => void = () => {}): void {
    for (let i = 0; i < seconds; i++) {
      this.now += 1000
      each()
      this.step({ type: 'wake' })
    }
  }

  /** What the first peer has running and waiting. */
  need(running: number, waiting = 0): void {
    Object.assign(this.members[0]!, { running, waiting })
  }

  get orders() {
    return this.effects.flatMap((effect) => (effect.type === 'scale' ? [effect.intent] : []))
  }

  get judged() {
    return this.effects.flatMap((effect) => (effect.type === 'judged' ? [effect.action] : []))
  }

  /** What it last gave to be kept. */
  get saved(): CapacitySaved | undefined {
    return this.effects.findLast((effect) => effect.type === 'save')?.saved
  }

  get savedForecasts(): unknown[] {
    return this.effects.flatMap((effect) => (effect.type === 'saveForecast' ? [effect.forecast] : []))
  }

  #restored(from: unknown): Foretold | undefined {
    if (typeof from !== 'number') return undefined
    this.forecaster.step(0, from)
    return this.forecaster
  }

  /** The scaler does as it was told. */
  obey(): void {
    for (const { id, kind, peerTag, peer } of this.orders) {
      const there = this.members.some(({ tag }) => tag === peerTag)
      if (kind === 'grow' && !there && !this.#obeyed.has(id)) this.members.push(member(`new-${id}`, { tag: peerTag }))
      if (kind === 'shrink') this.members = this.members.filter((each) => each.peer !== peer)
      if (!this.#obeyed.has(id)) this.step({ type: 'scaled', intent: id, code: 'done' })
      this.#obeyed.add(id)
    }
  }

  readonly #obeyed = new Set<string>()
}
