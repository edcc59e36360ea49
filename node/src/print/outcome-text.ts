import type { Outcome } from '@souk/client'
import { bytesText, countText, durationText, shortPeer, shortTask } from './amount-text.ts'
import type { Colours } from './colours.ts'
import { visible } from './visible.ts'

/** One line on how a task ended, for people. */
export function outcomeLine(outcome: Outcome, hostName: string | undefined, colours: Colours): string {
  return `${shortTask(outcome.task)} ${outcomeText(outcome, hostName, colours)}`
}

/** The same without its id. */
export function outcomeText(outcome: Outcome, hostName: string | undefined, colours: Colours): string {
  const { kind, runMs, attempts } = outcome
  const [message, code] = [visible(outcome.message), visible(outcome.code)]
  const host = hostName ?? (outcome.host === undefined ? undefined : shortPeer(outcome.host))
  const where = host === undefined ? '' : ` on ${host}`
  const again = attempts.length === 0 ? '' : `, after ${countText(attempts.length, 'run')} that did not finish`
  if (kind === 'succeeded') return `${colours.green('done')}${where} in ${durationText(runMs)}${again}`
  return `${colours.red(kind)}${where}: ${message || code}${again}`
}

/** What a person must be told of output that was cut. */
export function droppedLine(outcome: Outcome): string | undefined {
  if (outcome.droppedBytes === 0) return undefined
  return `${bytesText(outcome.droppedBytes)} of output were over the limit and dropped (see --output-max)`
}
