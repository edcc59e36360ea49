import type { Millis } from '@souk/kernel'
import { isTied, shapeOf } from '@souk/market'
import type { WaitingLot } from '@souk/rebalance'
import { inputsAtOf, type PeerId, requestOf, type Shape, specBlobs, type TaskRecord } from '@souk/wire'

/** A task in the queue of this host, and the alternative of its request that it queues as. */
interface QueuedTask {
  record: TaskRecord
  alternative: number
}

/** Like tasks of the queue, before hosts are looked for that could run them. */
export interface QueuedLot {
  shape: Shape
  lot: Omit<WaitingLot, 'able'> & { tasks: string[] }
}

/** Groups queued tasks that are alike. Tied tasks are left out, since it is not known here what is at other hosts. */
export function queuedLots(
  queued: Iterable<QueuedTask>,
  { self, meanMs }: { self: PeerId; meanMs: (className: string) => Millis | undefined },
): QueuedLot[] {
  const lots = new Map<string, QueuedLot>()
  for (const { record, alternative } of queued) {
    const { id, spec } = record
    const shape = shapeOf(spec)
    if (isTied(shape)) continue
    const inputBytes = specBlobs(spec).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    const inputs = inputBytes === 0 ? {} : { inputBytes, inputsAt: inputsAtOf(record) }
    const key = JSON.stringify([shape, alternative, inputs])
    const known = lots.get(key)?.lot
    if (known) {
      known.count++
      known.tasks.push(id)
      continue
    }
    const lot = {
      bearer: self,
      class: spec.class,
      count: 1,
      request: requestOf(spec, alternative),
      bound: true,
      expectedMs: meanMs(spec.class),
      tasks: [id],
      ...inputs,
    }
    lots.set(key, { shape, lot })
  }
  return [...lots.values()]
}
