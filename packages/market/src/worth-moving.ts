import { longWaitMs, type Millis, shortRoundTrips } from '@souk/kernel'
import { fetchMsOf } from './fetching.ts'

/** A fetch as long as the run must save so many times what it takes (guess: with less, near saturation waits grow). */
const fetchLossFactor = 5

/** A task that waits with its bearer, whose own host could run it as well. */
export interface Staying {
  /** what one run takes; undefined: nobody knows */
  runMs: Millis | undefined
  /** what has to be fetched from here where it goes */
  inputBytes: number
  /** what all that waits here takes on this host's own slots, as far as is known */
  lineMs: Millis
  /** for so long it has waited already */
  waitedMs: Millis
  rttMs: Millis
  /** how fast transfers with whoever asks went of late; undefined: none was measured */
  bytesPerMs?: number | undefined
}

/**
 * Whether it is worth to hand it to a host that has room: what the move costs is less than it would wait here (Dask's rule),
 * and it is not as short as the way there. What has waited for as long as that goes, whatever was expected of its
 * own host: so nothing stays for ever beside room elsewhere.
 */
export function isWorthMoving(staying: Staying): boolean {
  const costMs = moveCostMs(staying)
  // What costs no more than the way of any task goes at once: an idle slot is lost.
  return costMs <= staying.rttMs || staying.lineMs >= costMs || staying.waitedMs >= costMs
}

/** While a slot waits for data nothing else runs in it, which costs the more the less is then done with it. */
function moveCostMs(staying: Staying): Millis {
  const { runMs = Number.POSITIVE_INFINITY, inputBytes, rttMs, bytesPerMs } = staying
  const isShort = runMs < shortRoundTrips * rttMs
  const fetchMs = fetchMsOf(inputBytes, bytesPerMs)
  const lossFactor = Math.max(1, (fetchLossFactor * fetchMs) / Math.max(1, runMs))
  return fetchMs * lossFactor + (isShort ? longWaitMs(rttMs) : 0)
}
