import { copyVector, type GpuGroup, giveBack, matchingDevices, type ResourceVector, shortage } from '@souk/kernel'
import type { RunOrder } from '@souk/peer'
import { requestOf } from '@souk/wire'
import type { Run } from '../executor.ts'
import type { SimNode } from '../node.ts'
import type { Violations } from '../violation.ts'
import type { Watch } from '../watch.ts'

/** I6: what runs at a host never takes more than it offers, per resource and device. */
export class CapacityChecker implements Watch {
  readonly #violations: Violations
  readonly #free = new Map<number, ResourceVector>()

  constructor(violations: Violations) {
    this.#violations = violations
  }

  onStart(node: SimNode): void {
    this.#free.set(node.index, copyVector(node.offer.capacity))
  }

  onRun(node: SimNode, order: RunOrder, now: number): void {
    const free = this.#free.get(node.index)!
    const request = requestOf(order.record.spec, order.alternative)
    const short = shortage(free, request, node.offer.gpus) ?? shortDevice(free, order, node.offer.gpus)
    if (short !== undefined) {
      const { resource, available, needed } = short
      const detail = `${node.id} starts ${order.task} with ${available} ${resource} free, needs ${needed}`
      this.#violations.safety('I6', now, detail)
    }
    takeAnyway(free, order)
  }

  onRunEnd(node: SimNode, run: Run): void {
    const { record, alternative, gpuDevices } = run.order
    giveBack(this.#free.get(node.index)!, { request: requestOf(record.spec, alternative), gpuDevices })
  }
}

/** The devices named in the order must have room themselves, whatever others have, and be what was asked for. */
function shortDevice(free: ResourceVector, order: RunOrder, gpus: readonly GpuGroup[] = []) {
  const { gpuDevices } = order
  const { gpu } = requestOf(order.record.spec, order.alternative)
  const { count, milli } = gpu
  if (gpuDevices.length !== count) return { resource: 'gpu devices named', available: gpuDevices.length, needed: count }
  const matching = matchingDevices(gpus, free.gpuMilli.length, gpu)
  const right = gpuDevices.filter((device) => matching?.has(device) ?? true).length
  if (right !== count) return { resource: 'gpu devices of the kind asked for', available: right, needed: count }
  const full = gpuDevices.find((device) => (free.gpuMilli[device] ?? 0) < milli)
  return full === undefined
    ? undefined
    : { resource: `milli of gpu ${full}`, available: free.gpuMilli[full] ?? 0, needed: milli }
}

/** Takes even what is not there, so that giving back later restores the truth. */
function takeAnyway(free: ResourceVector, { record, alternative, gpuDevices }: RunOrder): void {
  const request = requestOf(record.spec, alternative)
  giveBack(free, {
    request: {
      cpuMilli: -request.cpuMilli,
      memoryBytes: -request.memoryBytes,
      diskBytes: -request.diskBytes,
      networkMbps: -request.networkMbps,
      slots: -request.slots,
      gpu: { count: request.gpu.count, milli: -request.gpu.milli },
      custom: Object.fromEntries(Object.entries(request.custom).map(([name, amount]) => [name, -amount])),
    },
    gpuDevices,
  })
}
