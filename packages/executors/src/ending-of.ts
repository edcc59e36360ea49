import type { RunResult } from '@souk/wire'
import type { Exit } from './guardian/frames.ts'
import type { StopCode } from './run-order.ts'
import { movesOn, stopEnd, stopMessage } from './run-result.ts'

interface Known {
  stopCode: StopCode | undefined
  /** why its input could not be read to its end */
  stdinError: string | undefined
  timeoutMs: number
  /** it has written a checkpoint since it began; undefined: it leaves none */
  hasCheckpoint: boolean | undefined
}

/** How a run has ended, by how its process did and by why it was stopped, if it was. */
export function endingOf(
  exit: Exit,
  { stopCode, stdinError, timeoutMs, hasCheckpoint }: Known,
): Pick<RunResult, 'end' | 'message'> {
  if (stdinError !== undefined && !stopCode) return { end: 'refused', message: stdinError }
  if (exit.cause === 'lease') {
    const why = 'the peer did not answer for longer than the lease, so its guardian killed the run'
    return { end: 'stopped', message: `lease-lost: ${why}` }
  }
  // It was asked for a checkpoint, wrote none and came to its end instead.
  if (exit.cause === 'killed' && movesOn(stopCode) && hasCheckpoint === false) {
    if (exit.code === 0 && exit.signal === null) return { end: 'ok', message: '' }
  }
  const code = exit.cause === 'timeout' ? 'timeout' : exit.cause === 'killed' ? stopCode : undefined
  if (code) return { end: stopEnd(code), message: stopMessage(code, timeoutMs) }
  // Not all of it may have been killed: its leader may even have ended well without the rest.
  if (exit.cause === 'memory' || exit.cause === 'processes') return { end: 'failed', message: '' }
  if (exit.signal !== null) return { end: 'failed', message: `killed by ${exit.signal}` }
  return exit.code === 0 ? { end: 'ok', message: '' } : { end: 'failed', message: `exit code ${exit.code}` }
}
