import type { Millis } from '@souk/kernel'
import type { SeriesForecaster } from '../demand/views.ts'
import type { CapacityMember } from './capacity-io.ts'
import { type MeshClass, sumDemand } from './mesh-demand.ts'

/** of what is forecast so many buckets count, at most */
const bucketsMax = 24

/** Slots that will be needed: once a new peer would be there, as long again after that, and the most until it would be there. */
export interface Foretold {
  soon: number | undefined
  later: number | undefined
  most: number | undefined
  classes: readonly MeshClass[]
}

/**
 * What the mesh will need: the more of what its sum as it was seen here foretells, and of what its members foretell of each
 * class. The sum knows what has run and waited since this peer looks; the members know what was submitted to them, over
 * restarts, before anything of it waits.
 */
export function foretell(
  forecaster: SeriesForecaster,
  working: readonly CapacityMember[],
  { startMs, bucketMs }: { startMs: Millis; bucketMs: Millis },
): Foretold {
  const startBuckets = Math.max(1, Math.ceil(startMs / bucketMs))
  const ahead = (buckets: number) => forecaster.forecast(Math.min(bucketsMax, buckets))?.quantile
  const quantiles = Array.from({ length: Math.min(bucketsMax, startBuckets) }, (_, i) => ahead(i + 1))
  const mesh = sumDemand(
    working.flatMap(({ demand }) => demand ?? []),
    startMs,
  )
  return {
    soon: mostOf(ahead(startBuckets), mesh.soon),
    later: mostOf(ahead(2 * startBuckets), mesh.later),
    most: mostOf(...quantiles, mesh.soon),
    classes: mesh.classes,
  }
}

function mostOf(...values: (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : Math.max(...known)
}
