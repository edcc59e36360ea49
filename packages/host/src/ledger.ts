import {
  type Allocation,
  copiesThatFit,
  copyVector,
  emptyVector,
  type GpuGroup,
  giveBack,
  invariant,
  type ResourceRequest,
  type ResourceVector,
  type Shortage,
  scalarResources,
  shortage,
  take,
} from '@souk/kernel'

/**
 * What is taken and what is free here. Cannot overcommit (I6): a request that does not fit is refused, and the
 * total may shrink below what is taken, in which case nothing fits until enough was given back.
 */
export class Ledger {
  #total: ResourceVector = emptyVector()
  #free: ResourceVector = emptyVector()
  /** what the devices are, in the order of the total */
  #gpus: readonly GpuGroup[] = []
  readonly #taken = new Map<string, Allocation>()

  get free(): ResourceVector {
    return this.#free
  }

  get total(): ResourceVector {
    return this.#total
  }

  /** Every allocation, by its key. */
  get taken(): ReadonlyMap<string, Allocation> {
    return this.#taken
  }

  /** A new total; what is taken stays taken. */
  resize(total: ResourceVector, gpus: readonly GpuGroup[] = []): void {
    this.#gpus = gpus
    this.#total = copyVector(total)
    this.#free = copyVector(total)
    for (const allocation of this.#taken.values()) debit(this.#free, allocation)
  }

  /** undefined when it does not fit now. `devices`: those to take if they serve, else the fullest that do. */
  take(key: string, request: ResourceRequest, devices?: readonly number[]): Allocation | undefined {
    invariant(!this.#taken.has(key), `${key} already has an allocation`)
    const allocation = take(this.#free, request, this.#gpus, devices)
    if (allocation) this.#taken.set(key, allocation)
    return allocation
  }

  /** The same allocation under another key; where that has one already, this one is free again. */
  rename(key: string, other: string): void {
    const allocation = this.#taken.get(key)
    invariant(allocation, `${key} has no allocation to hand on`)
    if (this.#taken.has(other)) {
      this.give(key)
      return
    }
    this.#taken.delete(key)
    this.#taken.set(other, allocation)
  }

  holds(key: string): boolean {
    return this.#taken.has(key)
  }

  held(key: string): Allocation | undefined {
    return this.#taken.get(key)
  }

  give(key: string): void {
    const allocation = this.#taken.get(key)
    invariant(allocation, `${key} has no allocation to give back`)
    this.#taken.delete(key)
    giveBack(this.#free, { request: allocation.request, gpuDevices: presentDevices(this.#free, allocation) })
  }

  room(request: ResourceRequest, limit: number): number {
    return copiesThatFit(this.#free, request, limit, this.#gpus)
  }

  /** What is missing for it even with nothing taken; undefined: it can run here. */
  never(request: ResourceRequest): Shortage | undefined {
    return shortage(this.#total, request, this.#gpus)
  }
}

/** Takes an allocation out of `free` even where it drives it below zero or a device is gone. */
function debit(free: ResourceVector, allocation: Allocation): void {
  const { request } = allocation
  for (const name of scalarResources) free[name] -= request[name]
  for (const index of presentDevices(free, allocation)) free.gpuMilli[index]! -= request.gpu.milli
  for (const name in request.custom) {
    free.custom[name] = (Object.hasOwn(free.custom, name) ? free.custom[name]! : 0) - request.custom[name]!
  }
}

/** Of its devices those that the host still has: the list may have become shorter since. */
function presentDevices(free: ResourceVector, { gpuDevices }: Allocation): number[] {
  return gpuDevices.filter((index) => index < free.gpuMilli.length)
}
