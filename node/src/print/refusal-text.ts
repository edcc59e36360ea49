import type { Decision, Refusal } from '@souk/wire'
import type { PeerNames } from '../peer-names.ts'
import { countText } from './amount-text.ts'
import { resourceText, resourceTexts } from './resource-text.ts'
import { pairs } from './table.ts'

/** What each refusal means, and what a person can do about it. */
const meanings: Record<string, { seen: string; help: string }> = {
  draining: { seen: 'draining', help: 'wait until it is up again, or start another peer' },
  'not-reachable': { seen: 'not reachable now', help: 'souk doctor names the failing hop' },
  'executor-not-allowed': {
    seen: 'this kind of task is not allowed there',
    help: 'start a peer with --allow process,function',
  },
  'function-unknown': {
    seen: 'no such function there',
    help: 'register it (souk up --functions FILE, or an agent), or send it along (--module)',
  },
  'label-missing': { seen: 'without the label', help: 'drop the --label, or start a peer with it (souk up --label)' },
  'where-unmet': { seen: 'does not meet --where', help: 'ask for less in --where, or start a peer that meets it' },
  'where-invalid': { seen: 'cannot read --where', help: 'its peer may be of another version: souk peers' },
  'gpu-model-missing': {
    seen: 'without such a GPU',
    help: 'name other models (--gpu-model), or add a host that has one',
  },
  'too-large': { seen: 'too small for it', help: 'ask for less (--cpu, --mem, --gpu), or add a larger host' },
  'no-room': { seen: 'no room now', help: 'it starts as soon as something ends; souk join adds a host' },
  quota: {
    seen: 'over the quota of its tenant there',
    help: 'it starts as soon as one of its tenant ends; the host sets the quota (souk up --quota)',
  },
  'queue-full': { seen: 'its queue is full', help: 'it starts as soon as something ends; souk join adds a host' },
  'rate-limited': { seen: 'asked too often', help: 'it is asked again by itself' },
  reserved: { seen: 'room kept for another offer', help: 'it is asked again by itself' },
  'on-path': { seen: 'had this task before', help: 'another host takes it' },
  'old-incarnation': { seen: 'restarted meanwhile', help: 'it is asked again by itself' },
  'memory-full': { seen: 'short of memory for more tasks', help: 'it is asked again by itself' },
  'not-apart': {
    seen: 'it must be apart from what is there',
    help: 'it starts when that has ended; souk join adds a host',
  },
  'not-near': {
    seen: 'what it must be near is not there',
    help: 'start that first, or let it be preferred (--prefer-near)',
  },
  distrusted: { seen: 'left out for a while: its bids did not hold', help: 'see its log; it is asked again by itself' },
  pressure: {
    seen: 'under pressure, so it takes nothing now',
    help: 'it takes work again by itself once it has memory, disk and time for it; souk join adds a host',
  },
  unsure: {
    seen: 'just started, and has not heard from most members yet',
    help: 'it takes work by itself once it has; while half of the members are away only with --durability local',
  },
  stopping: { seen: 'stopping', help: 'start it again, or another peer' },
}

/** All refusals of a decision: by kind with what each host lacked, hosts alike on one line. Indented. */
export function refusalsText(decision: Pick<Decision, 'refusals' | 'refused'>, names: PeerNames): string {
  const groups = Map.groupBy(decision.refused, ({ refusal }) => refusal.code)
  const codes = new Set([...groups.keys(), ...(Object.keys(decision.refusals) as Refusal['code'][])])
  const lines: string[] = []
  for (const code of codes) {
    const group = groups.get(code) ?? []
    const count = Math.max(decision.refusals[code] ?? 0, group.length)
    const alike = Map.groupBy(group, ({ refusal }) => {
      const detail = detailText(refusal)
      return detail === '' ? whenText(refusal) : `${detail}; ${whenText(refusal)}`
    })
    const rows = [...alike].map(([text, members]): [string, string] => [
      members
        .map(({ peer }) => names(peer))
        .sort()
        .join(', '),
      text,
    ])
    if (count > group.length) rows.push([`${count - group.length} more`, ''])
    lines.push(`    ${countText(count, 'host')}: ${meaningOf(code)}`, pairs(rows, '      '))
  }
  return lines.join('\n')
}

/** What a refusal with this code means, in a few words. */
export function meaningOf(code: string): string {
  return meanings[code]?.seen ?? code
}

function whenText(refusal: Refusal): string {
  if (refusal.never) return 'never'
  return refusal.etaMs === undefined ? 'later' : `in about ${Math.ceil(refusal.etaMs / 1000)} s`
}

/** The detail as a person counts: hosts say `cpuMilli: 64000 needed, 2000 there`. */
function detailText({ code, detail }: Refusal): string {
  if (code === 'quota') return quotaText(detail)
  if (code !== 'too-large') return detail
  // One for each of what would do.
  return detail.split(', or ').map(lackText).join('; or ')
}

function lackText(detail: string): string {
  const [, name, needed, there] = /^(\S+): (\d+) needed, (\d+) there$/.exec(detail) ?? []
  if (name === undefined) return detail
  return resourceTexts(name, Number(needed), Number(there)).join(' needed, it has ')
}

/** Hosts say `cpuMilli: lab holds 8000 of 8000 there, needs 1000`. */
function quotaText(detail: string): string {
  const [, name, tenant, held, allowed, needed] =
    /^(\S+): (.*) holds (\d+) of (\d+) there, needs (\d+)$/.exec(detail) ?? []
  if (name === undefined) return detail
  const text = (amount: string | undefined) => resourceText(name, Number(amount))
  return `${tenant} holds ${text(held)} of ${text(allowed)}, needs ${text(needed)}`
}

/** 'what would help' for the refusals of a decision, each advice once. */
export function helpFor(decision: Pick<Decision, 'refusals' | 'refused'>): string[] {
  const codes = new Set([...Object.keys(decision.refusals), ...decision.refused.map((r) => r.refusal.code)])
  const advice = [...codes].map((code) => meanings[code]?.help).filter((help) => help !== undefined)
  return [...new Set(advice)]
}
