import { bytesPerMsUnknown, longWaitMs, type Millis, shortRoundTrips } from '@souk/kernel'
import { runMsUnknown } from './lanes.ts'
import type { HostLoad, WaitingLot } from './load-facts.ts'

/** A handover and its answer take two round trips at most. */
const roundTrips = 2
/** tasks shorter than this count as short, whatever the round trip */
const runMsMin = 5
/** A move must shorten the wait by this share, or the next one would undo it (hysteresis). */
const gainShareMin = 0.2

/** Why a task stays where it is although another host has room for it. */
export type StayCode = 'too-short' | 'data-heavy' | 'small-gain'

/** The cost of moving a task to a host with room; `stay`: why it does not pay. */
export type MoveCost = { afterMs: Millis; transferMs: Millis; stay?: { code: StayCode; reason: string } }

/** Dask's rule: a move pays if the task starts earlier by at least half a run, and by a fifth of its wait. */
export function decideMove(lot: WaitingLot, to: HostLoad, waitMs: Millis, roundTripMs: Millis): MoveCost {
  const runMs = lot.expectedMs ?? runMsUnknown
  const transferMs = transferMsOf(lot, to)
  const handMs = roundTrips * roundTripMs
  const afterMs = Math.round(handMs + transferMs)
  const cost = { afterMs, transferMs }
  const pays = (ms: Millis): boolean => ms <= waitMs - runMs / 2 && waitMs - ms >= gainShareMin * waitMs
  if (runMs < Math.max(runMsMin, shortRoundTrips * roundTripMs) && waitMs <= longWaitMs(roundTripMs)) {
    const reason = `it runs ${ms(runMs)} and would wait ${ms(waitMs)}: it is over before it has moved (a round trip takes ${ms(roundTripMs)})`
    return { ...cost, stay: { code: 'too-short', reason } }
  }
  if (pays(handMs + transferMs)) return cost
  if (pays(handMs)) {
    const rate = to.bytesPerMs === undefined ? 'assumed' : 'measured'
    const reason = `its ${lot.inputBytes} bytes of input are with ${lot.inputsAt?.join(', ') ?? 'others'}: ${ms(transferMs)} at the ${rate} ${Math.round(bytesPerMsOf(to) / 125)} Mbit/s, and it would wait ${ms(waitMs)}`
    return { ...cost, stay: { code: 'data-heavy', reason } }
  }
  const reason = `it would wait ${ms(waitMs)} where it is and ${ms(afterMs)} elsewhere: less than half a run or a fifth of its wait to gain`
  return { ...cost, stay: { code: 'small-gain', reason } }
}

const bytesPerMsOf = ({ bytesPerMs = bytesPerMsUnknown }: HostLoad): number => bytesPerMs

function transferMsOf({ inputBytes = 0, inputsAt = [] }: WaitingLot, to: HostLoad): Millis {
  return inputBytes === 0 || inputsAt.includes(to.peer) ? 0 : Math.ceil(inputBytes / bytesPerMsOf(to))
}

const ms = (value: Millis): string => (Number.isFinite(value) ? `${Math.round(value)} ms` : 'for ever')
