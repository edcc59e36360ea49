import {
  type Allocation,
  copyVector,
  type GpuGroup,
  giveBack,
  least,
  type Millis,
  type ResourceRequest,
  type ResourceVector,
  shortage,
  take,
} from '@souk/kernel'

/** What is free from `atMs` on, until the next step. */
interface Step {
  atMs: Millis
  free: ResourceVector
}

/**
 * What a host has free at each time from now on, as far as it is planned. Tasks are put in wherever they fit for as long
 * as they take, also before what was planned for later. Cost of a look: the number of steps, two a task.
 */
export class Timeline {
  readonly #steps: Step[]

  readonly #gpus: readonly GpuGroup[]

  /** `gpus`: what its devices are. */
  constructor(free: ResourceVector, gpus: readonly GpuGroup[] = []) {
    this.#gpus = gpus
    this.#steps = [{ atMs: 0, free: copyVector(free) }]
  }

  /** Something that runs now ends then, and gives back what it holds. */
  endsAt(atMs: Millis, allocation: Allocation): void {
    for (const step of this.#steps.slice(this.#stepAt(atMs))) giveBack(step.free, allocation)
  }

  /** What it is now; called, it is so again. */
  mark(): () => void {
    const steps = this.#steps.map(({ atMs, free }) => ({ atMs, free: copyVector(free) }))
    return () => {
      this.#steps.splice(0, this.#steps.length, ...steps)
    }
  }

  /** The first time, not before `fromMs`, at which the request fits for `runMs`; undefined: never. */
  earliest(request: ResourceRequest, runMs: Millis, fromMs: Millis): Millis | undefined {
    for (let i = 0; i < this.#steps.length; i++) {
      const { atMs, free } = this.#steps[i]!
      const nextMs = this.#steps[i + 1]?.atMs ?? Infinity
      if (nextMs <= fromMs || shortage(free, request, this.#gpus)) continue
      const startMs = Math.max(fromMs, atMs)
      if (this.#fits(i, startMs + runMs, request)) return startMs
    }
    return undefined
  }

  /** What is free at this time; to read only. */
  at(atMs: Millis): ResourceVector {
    let free = this.#steps[0]!.free
    for (const step of this.#steps) {
      if (step.atMs > atMs) break
      free = step.free
    }
    return free
  }

  /** From that step on until then. */
  #fits(first: number, untilMs: Millis, request: ResourceRequest): boolean {
    for (let i = first + 1; i < this.#steps.length && this.#steps[i]!.atMs < untilMs; i++) {
      if (shortage(this.#steps[i]!.free, request, this.#gpus)) return false
    }
    // Devices must be the same ones all the time; of all else there is enough if there always is.
    if (request.gpu.count === 0) return true
    const { atMs } = this.#steps[first]!
    return !shortage(this.least(atMs, untilMs - atMs), request, this.#gpus)
  }

  /** Plans it there; only where `earliest` found room. */
  place(request: ResourceRequest, startMs: Millis, runMs: Millis): void {
    const allocation = take(this.least(startMs, runMs), request, this.#gpus)
    if (!allocation) return
    const first = this.#stepAt(startMs)
    const last = this.#stepAt(startMs + runMs)
    for (const { free } of this.#steps.slice(first, last)) take(free, request, this.#gpus, allocation.gpuDevices)
  }

  /**
   * Keeps room for it from then on for good, for as long as it runs and wherever it fits later; only where `earliest` found
   * room.
   */
  hold(request: ResourceRequest, startMs: Millis, runMs: Millis): void {
    const allocation = take(this.least(startMs, runMs), request, this.#gpus)
    if (!allocation) return
    const { gpuDevices } = allocation
    for (const { free } of this.#steps.slice(this.#stepAt(startMs))) {
      // Of other devices it keeps none: those may have room for one more.
      if (gpuDevices.every((index) => (free.gpuMilli[index] ?? 0) >= request.gpu.milli))
        take(free, request, this.#gpus, gpuDevices)
    }
  }

  /** What is free throughout, of each resource and device. */
  least(startMs: Millis, runMs: Millis): ResourceVector {
    let most: ResourceVector | undefined
    for (let i = 0; i < this.#steps.length; i++) {
      const { atMs, free } = this.#steps[i]!
      if (atMs >= startMs + runMs && most) break
      if ((this.#steps[i + 1]?.atMs ?? Infinity) <= startMs) continue
      most = most ? least(most, free) : copyVector(free)
    }
    return most!
  }

  /** The index of the step that begins then, made where there is none. */
  #stepAt(atMs: Millis): number {
    const next = this.#steps.findIndex((step) => step.atMs >= atMs)
    if (next >= 0 && this.#steps[next]!.atMs === atMs) return next
    const at = next < 0 ? this.#steps.length : next
    this.#steps.splice(at, 0, { atMs, free: copyVector(this.#steps[at - 1]!.free) })
    return at
  }
}
