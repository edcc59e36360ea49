import type { TraceEvent } from '@souk/peer'
import { type Ballot, ballotText, type Decision } from '@souk/wire'

/** Of one text in a log line. */
const textCharsMax = 500

/**
 * The fields of an event that may be logged: numbers, short texts, and ballots and decisions in brief. Everything
 * else is left out, so that no event, now or later, can carry a task's environment, arguments or output into a log.
 */
export function loggedFields(event: TraceEvent): Record<string, unknown> {
  const fields: Record<string, unknown> = { event: event.type }
  for (const [name, value] of Object.entries(event) as [string, unknown][]) {
    if (name === 'type' || name === 'at' || secretNames.has(name)) continue
    if (name === 'ballot') fields.ballot = ballotText(value as Ballot)
    else if (name === 'decision') fields.decision = briefly(value as Decision)
    else if (typeof value === 'string') fields[name] = value.slice(0, textCharsMax)
    else if (typeof value === 'number' || typeof value === 'boolean') fields[name] = value
  }
  return fields
}

/** Never logged under these names, whoever logs. */
export const secretNames = new Set([
  'env',
  'args',
  'argv',
  'stdin',
  'stdout',
  'stderr',
  'output',
  'data',
  'value',
  'token',
  'secret',
  'psk',
  'signingKey',
])

function briefly(decision: Decision): Record<string, unknown> {
  const { how, candidates, asked, bidsTotal, decisionMs, closed, reason } = decision
  return { how, candidates, asked, bids: bidsTotal, decisionMs, closed, reason }
}
