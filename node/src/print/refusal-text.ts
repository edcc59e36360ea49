import type { Decision, Refusal } from '@souk/wire'

/** What each refusal means, and what a person can do about it. */
const meanings: Record<string, { seen: string; help: string }> = {
  draining: { seen: 'is draining', help: 'wait until it is up again, or start another peer' },
  'not-reachable': { seen: 'cannot be reached now', help: 'souk doctor names the failing hop' },
  'executor-not-allowed': {
    seen: 'does not allow this kind of task',
    help: 'start a peer with --allow process,function',
  },
  'function-unknown': {
    seen: 'has no such function',
    help: 'register it (souk up --functions FILE, or an agent), or send it along (--module)',
  },
  'label-missing': { seen: 'lacks a label', help: 'drop the --label, or start a peer with it (souk up --label)' },
  'too-large': { seen: 'is too small for it', help: 'ask for less (--cpu, --mem, --gpu), or add a larger host' },
  'no-room': { seen: 'has no room now', help: 'it starts as soon as something ends; souk join adds a host' },
  'queue-full': { seen: 'has a full queue', help: 'it starts as soon as something ends; souk join adds a host' },
  'rate-limited': { seen: 'was asked too often', help: 'it is asked again by itself' },
  reserved: { seen: 'keeps its room for another offer', help: 'it is asked again by itself' },
  'on-path': { seen: 'had this task before', help: 'another host takes it' },
  'old-incarnation': { seen: 'has restarted', help: 'it is asked again by itself' },
  'memory-full': { seen: 'is short of memory for more tasks', help: 'it is asked again by itself' },
  stopping: { seen: 'is stopping', help: 'start it again, or another peer' },
}

export function refusalText(refusal: Refusal): string {
  const meaning = meanings[refusal.code]?.seen ?? refusal.code
  const detail = refusal.detail === '' ? '' : ` (${refusal.detail})`
  const when = refusal.never
    ? 'never'
    : refusal.etaMs === undefined
      ? 'later'
      : `in about ${Math.ceil(refusal.etaMs / 1000)} s`
  return `${meaning}${detail}: ${when}`
}

/** 'what would help' for the refusals of a decision, each advice once. */
export function helpFor(decision: Pick<Decision, 'refusals' | 'refused'>): string[] {
  const codes = new Set([...Object.keys(decision.refusals), ...decision.refused.map((r) => r.refusal.code)])
  const advice = [...codes].map((code) => meanings[code]?.help).filter((help) => help !== undefined)
  return [...new Set(advice)]
}
