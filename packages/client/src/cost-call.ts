import type { CostQuery } from './cost.ts'

/** As the API takes it. */
export function costRequest({ since, startMs }: CostQuery): { since?: string; start?: string } {
  return {
    ...(since && { since: since.toISOString() }),
    ...(startMs === undefined ? {} : { start: String(Math.round(startMs)) }),
  }
}
