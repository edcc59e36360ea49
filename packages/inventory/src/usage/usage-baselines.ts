import { bucketOf, percentScale, quantile, rateScale, type Scale } from './scale.ts'

/** cpu, memory, gpu and disk in percent of what there is; network in Mbit/s, both ways together */
export const usageResources = ['cpu', 'memory', 'gpu', 'disk', 'network'] as const
export type UsageResource = (typeof usageResources)[number]

export const hoursPerWeek = 168
const hourMs = 3_600_000

const scales: Record<UsageResource, Scale> = {
  cpu: percentScale,
  memory: percentScale,
  gpu: percentScale,
  disk: percentScale,
  network: rateScale,
}

/** A moment as baselines need it. */
export interface Moment {
  wallMs: number
  /** 0 is Sunday, 00:00 to 01:00, by the clock that people here live by; below `hoursPerWeek` */
  hourOfWeek: number
}

export interface HourBaseline {
  hourOfWeek: number
  /** older weeks count half for each week since */
  samples: number
  p50: number
  p95: number
}

/** As `snapshot` gives it, and a store keeps it: bytes only. */
interface Kept {
  format: 1
  /** little-endian uint16 for each hour and bucket */
  counts: Record<UsageResource, Uint8Array>
  /** hours since 1970 at which each hour of the week was last sampled; little-endian uint32 */
  sampledHours: Uint8Array
}

/**
 * How a host is used, by the hour of the week. Of each hour and resource a histogram, whose counts are halved each time
 * the hour comes again: so it follows a change of habit within weeks, and never grows (40 kB).
 */
export class UsageBaselines {
  readonly #counts: Record<UsageResource, Uint16Array>
  readonly #sampledHours: Uint32Array

  private constructor(counts: Record<UsageResource, Uint16Array>, sampledHours: Uint32Array) {
    this.#counts = counts
    this.#sampledHours = sampledHours
  }

  static empty(): UsageBaselines {
    const counts = perResource((resource) => new Uint16Array(hoursPerWeek * scales[resource].length))
    return new UsageBaselines(counts, new Uint32Array(hoursPerWeek))
  }

  /** What `snapshot` gave; empty where it is something else: baselines can be learned again. */
  static from(kept: unknown): UsageBaselines {
    const { format, counts, sampledHours } = (kept ?? {}) as Partial<Kept>
    const baselines = UsageBaselines.empty()
    if (format !== 1 || !fill(baselines.#sampledHours, sampledHours)) return UsageBaselines.empty()
    for (const resource of usageResources) {
      if (!fill(baselines.#counts[resource], counts?.[resource])) return UsageBaselines.empty()
    }
    return baselines
  }

  /** One look at the host. What is no number, or below 0, is left out. */
  add({ wallMs, hourOfWeek }: Moment, readings: Partial<Record<UsageResource, number | undefined>>): void {
    const hour = Math.floor(wallMs / hourMs)
    if (this.#sampledHours[hourOfWeek] !== hour) this.#beginHour(hourOfWeek, hour)
    for (const resource of usageResources) {
      const value = readings[resource]
      if (value === undefined || !(value >= 0)) continue
      const counts = this.#countsOf(resource, hourOfWeek)
      const bucket = bucketOf(scales[resource], value)
      // Full: what is there already tells enough.
      if (counts[bucket]! < 0xffff) counts[bucket]!++
    }
  }

  /** Hours that have samples, by the hour of the week. */
  hours(resource: UsageResource): HourBaseline[] {
    const found: HourBaseline[] = []
    for (let hourOfWeek = 0; hourOfWeek < hoursPerWeek; hourOfWeek++) {
      const counts = this.#countsOf(resource, hourOfWeek)
      const p50 = quantile(scales[resource], counts, 0.5)
      const p95 = quantile(scales[resource], counts, 0.95)
      if (p50 === undefined || p95 === undefined) continue
      found.push({ hourOfWeek, samples: counts.reduce((a, b) => a + b, 0), p50, p95 })
    }
    return found
  }

  /** For `from`, after any time. Copies. */
  snapshot(): unknown {
    const kept: Kept = {
      format: 1,
      counts: perResource((resource) => bytesOf(this.#counts[resource])),
      sampledHours: bytesOf(this.#sampledHours),
    }
    return kept
  }

  #beginHour(hourOfWeek: number, hour: number): void {
    this.#sampledHours[hourOfWeek] = hour
    for (const resource of usageResources) {
      const counts = this.#countsOf(resource, hourOfWeek)
      for (let i = 0; i < counts.length; i++) counts[i] = counts[i]! >> 1
    }
  }

  #countsOf(resource: UsageResource, hourOfWeek: number): Uint16Array {
    const { length } = scales[resource]
    return this.#counts[resource].subarray(hourOfWeek * length, (hourOfWeek + 1) * length)
  }
}

function perResource<T>(make: (resource: UsageResource) => T): Record<UsageResource, T> {
  return Object.fromEntries(usageResources.map((resource) => [resource, make(resource)])) as Record<UsageResource, T>
}

/** Every machine that runs node is little-endian. */
function bytesOf(numbers: Uint16Array | Uint32Array): Uint8Array {
  return new Uint8Array(numbers.buffer.slice(0))
}

/** False where the bytes are not as many as are needed. */
function fill(numbers: Uint16Array | Uint32Array, bytes: unknown): boolean {
  if (!(bytes instanceof Uint8Array) || bytes.byteLength !== numbers.byteLength) return false
  new Uint8Array(numbers.buffer).set(bytes)
  return true
}
