import type { RecordedEvent, Recording } from '@souk/wire'

/** A promise that the recorded events break, as far as events can show it. */
export interface RecordedBreach {
  invariant: 'I1' | 'I9'
  wallMs: number
  detail: string
}

/**
 * Holds the events of a recording against the invariants that can be told from them alone: I1, one outcome a task, and I9,
 * incarnations only rise, each as one peer saw it. A window lacks what came before it, so what needs the whole is not asked.
 */
export function breachesOf({ events, from }: Recording): RecordedBreach[] {
  const outcomes = new Map<string, string>()
  const lives = new Map<string, number>()
  const breaches: RecordedBreach[] = []
  for (const event of events) {
    const breach = brokenBy(event, event.by ?? from.self, outcomes, lives)
    if (breach) breaches.push({ ...breach, wallMs: event.wallMs })
  }
  return breaches
}

function brokenBy(
  { type, task, peer, kind, incarnation }: RecordedEvent,
  by: string,
  outcomes: Map<string, string>,
  lives: Map<string, number>,
): Omit<RecordedBreach, 'wallMs'> | undefined {
  if (type === 'task.closed' && typeof task === 'string') {
    const before = outcomes.get(task)
    if (before !== undefined && before !== kind)
      return { invariant: 'I1', detail: `task ${task} ended as ${before}, and as ${kind} at ${by}` }
    outcomes.set(task, String(kind))
  }
  if (type === 'member.state' && typeof peer === 'string' && typeof incarnation === 'number') {
    const seen = `${by} ${peer}`
    const before = lives.get(seen) ?? 0
    if (incarnation < before)
      return { invariant: 'I9', detail: `${by} saw incarnation ${incarnation} of ${peer} after ${before}` }
    lives.set(seen, incarnation)
  }
  return undefined
}
