import type { Millis } from './time.ts'

/** A task shorter than so many round trips has ended where it is before it could have moved (Dask's rule: 3). */
export const shortRoundTrips = 3

/** Where no transfer was measured: 100 Mbit/s (guess). */
export const bytesPerMsUnknown = 12_500

const longWaitRoundTrips = 20
/** However long twenty seem to be: they are measured high for a while after a network was bad (guess). */
const longWaitMsMax = 1_000

/**
 * Where a short task would wait for longer than this it moves all the same: the way is next to nothing beside that. More than
 * a round trip, so that a task which is shorter than that does not go at once.
 */
export const longWaitMs = (rttMs: Millis): Millis =>
  Math.min(longWaitRoundTrips * rttMs, Math.max(longWaitMsMax, 1.5 * rttMs))
