import { longWaitMs, type Millis, shortRoundTrips } from '@souk/kernel'
import { fetchMsOf } from './fetching.ts'

/** A fetch that takes as long as the run counts this many times (guess: with less, waits grow near saturation). */
const fetchLossFactor = 5

/** A task that waits with its bearer, whose own host could run it as well as the host that asks. */
export interface Staying {
  /** mean duration; undefined: not known */
  runMs: Millis | undefined
  /** input that the host that asks has to fetch */
  inputBytes: number
  /** time that the bearer's own host needs for all that waits here, as far as is known */
  lineMs: Millis
  /** how long the task has waited already */
  waitedMs: Millis
  rttMs: Millis
  /** transfer rate with the host that asks; undefined: not measured */
  bytesPerMs?: number | undefined
}

/**
 * Whether to give the task to a host with room: the move costs less than the task would wait here (Dask's rule), with a
 * surcharge for tasks as short as the way there. A task that has already waited as long as the move costs always goes, so
 * that none stays for ever beside room elsewhere.
 */
export function isWorthMoving(staying: Staying): boolean {
  const costMs = moveCostMs(staying)
  // A move that costs no more than a round trip is made at once: the idle slot would be lost.
  return costMs <= staying.rttMs || staying.lineMs >= costMs || staying.waitedMs >= costMs
}

/** The fetch, weighted up for runs that are short beside it (the slot idles meanwhile), and a surcharge for short tasks. */
function moveCostMs(staying: Staying): Millis {
  const { runMs = Number.POSITIVE_INFINITY, inputBytes, rttMs, bytesPerMs } = staying
  const isShort = runMs < shortRoundTrips * rttMs
  const fetchMs = fetchMsOf(inputBytes, bytesPerMs)
  const lossFactor = Math.max(1, (fetchLossFactor * fetchMs) / Math.max(1, runMs))
  return fetchMs * lossFactor + (isShort ? longWaitMs(rttMs) : 0)
}
