import type { Arrivals } from '@souk/client'
import type { SeenTask } from './seen-task.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
/** widths that people read easily; the smallest that needs no more than 60 buckets */
const widths = [1, 2, 5, 10, 15, 30]
  .flatMap((n) => [n * second, n * minute])
  .concat([1, 2, 3, 6, 12, 24].map((n) => n * hour))
const bucketsMax = 60

/** How many tasks were submitted in each part of the window that ends at `untilMs`. */
export function arrivalsOf(tasks: readonly SeenTask[], windowMs: number, untilMs: number): Arrivals {
  const fitting = widths.filter((ms) => windowMs / ms <= bucketsMax)
  const bucketMs = Math.min(...fitting)
  const buckets = Math.max(1, Math.ceil(windowMs / bucketMs))
  const fromMs = untilMs - buckets * bucketMs
  const counts = new Array<number>(buckets).fill(0)
  for (const { submittedWallMs } of tasks) {
    if (submittedWallMs < untilMs - windowMs || submittedWallMs > untilMs) continue
    const at = Math.min(buckets - 1, Math.floor((submittedWallMs - fromMs) / bucketMs))
    counts[at]!++
  }
  const total = counts.reduce((sum, count) => sum + count, 0)
  return { from: new Date(fromMs).toISOString(), bucketMs, counts, peak: Math.max(...counts), mean: total / buckets }
}
