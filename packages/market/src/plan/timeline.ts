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

/** What is free from `atMs` until the next step. */
interface Step {
  atMs: Millis
  free: ResourceVector
}

/**
 * What a host has free at each time from now on, as the plan stands. A task goes wherever it fits for its whole duration, also
 * before tasks that were planned for later. Cost of a look: the number of steps, two a task.
 */
export class Timeline {
  readonly #steps: Step[]

  readonly #gpus: readonly GpuGroup[]

  /** `gpus`: the groups that the host's devices are of. */
  constructor(free: ResourceVector, gpus: readonly GpuGroup[] = []) {
    this.#gpus = gpus
    this.#steps = [{ atMs: 0, free: copyVector(free) }]
  }

  /** A task that runs now ends at this time and gives its allocation back. */
  endsAt(atMs: Millis, allocation: Allocation): void {
    for (const step of this.#steps.slice(this.#stepAt(atMs))) giveBack(step.free, allocation)
  }

  /** Returns a function that restores the timeline as it is now. */
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

  /** What is free at this time; not to be changed. */
  at(atMs: Millis): ResourceVector {
    let free = this.#steps[0]!.free
    for (const step of this.#steps) {
      if (step.atMs > atMs) break
      free = step.free
    }
    return free
  }

  /** Whether the request fits from the start of step `first` until `untilMs`. */
  #fits(first: number, untilMs: Millis, request: ResourceRequest): boolean {
    for (let i = first + 1; i < this.#steps.length && this.#steps[i]!.atMs < untilMs; i++) {
      if (shortage(this.#steps[i]!.free, request, this.#gpus)) return false
    }
    // A task keeps its devices throughout, so the same ones must be free all the time.
    if (request.gpu.count === 0) return true
    const { atMs } = this.#steps[first]!
    return !shortage(this.least(atMs, untilMs - atMs), request, this.#gpus)
  }

  /** Takes the request's room for `runMs` from `startMs`; only where `earliest` found room. */
  place(request: ResourceRequest, startMs: Millis, runMs: Millis): void {
    const allocation = take(this.least(startMs, runMs), request, this.#gpus)
    if (!allocation) return
    const first = this.#stepAt(startMs)
    const last = this.#stepAt(startMs + runMs)
    for (const { free } of this.#steps.slice(first, last)) take(free, request, this.#gpus, allocation.gpuDevices)
  }

  /**
   * Takes the request's room from `startMs` on for good; only where `earliest` found room for `runMs`. After that it is
   * taken only in steps in which its devices are free.
   */
  hold(request: ResourceRequest, startMs: Millis, runMs: Millis): void {
    const allocation = take(this.least(startMs, runMs), request, this.#gpus)
    if (!allocation) return
    const { gpuDevices } = allocation
    for (const { free } of this.#steps.slice(this.#stepAt(startMs))) {
      // It keeps to these devices: others may have room for one more.
      if (gpuDevices.every((index) => (free.gpuMilli[index] ?? 0) >= request.gpu.milli))
        take(free, request, this.#gpus, gpuDevices)
    }
  }

  /** What is free of each resource and device throughout that time. */
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

  /** Index of the step that begins at this time; made if there is none. */
  #stepAt(atMs: Millis): number {
    const next = this.#steps.findIndex((step) => step.atMs >= atMs)
    if (next >= 0 && this.#steps[next]!.atMs === atMs) return next
    const at = next < 0 ? this.#steps.length : next
    this.#steps.splice(at, 0, { atMs, free: copyVector(this.#steps[at - 1]!.free) })
    return at
  }
}
