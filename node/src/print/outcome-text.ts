import type { Outcome } from '@souk/client'
import { bytesText, durationText, shortPeer, shortTask } from './amount-text.ts'
import type { Colours } from './colours.ts'

/** One line on how a task ended, for people. */
export function outcomeLine(outcome: Outcome, hostName: string | undefined, colours: Colours): string {
  const host = hostName ?? (outcome.host === undefined ? undefined : shortPeer(outcome.host))
  const where = host === undefined ? '' : ` on ${host}`
  const id = shortTask(outcome.task)
  const again = outcome.attempts.length > 0 ? `, after ${outcome.attempts.length} run(s) that did not finish` : ''
  if (outcome.kind === 'succeeded')
    return `${id} ${colours.green('done')}${where} in ${durationText(outcome.runMs)}${again}`
  return `${id} ${colours.red(outcome.kind)}${where}: ${outcome.message || outcome.code}${again}`
}

/** What a person must be told of output that was cut. */
export function droppedLine(outcome: Outcome): string | undefined {
  if (outcome.droppedBytes === 0) return undefined
  return `${bytesText(outcome.droppedBytes)} of output were over the limit and dropped (see --output-max)`
}
