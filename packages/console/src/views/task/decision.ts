/** Why a task is where it is, as its record tells it: who bid what, and what decided. */
export interface Bid {
  peer: string
  terms: {
    count: number
    startMs: number
    finishMs: { p50: number; p90: number }
    usedMilli: number
    priceMilli: number
    warm: boolean
    late?: true
  }
  score: number
  /** each term of the score before it is weighed */
  parts: Record<string, number>
  afterMs: number
}

export interface Refused {
  code: string
  never: boolean
  peers: number
  etaMs?: number
  detail: string
}

export interface Decision {
  how: string
  by: string
  wallMs: number
  decisionMs: number
  auctionMs: number
  candidates: number
  asked: number
  bids: Bid[]
  bidsTotal: number
  refusals: Record<string, number>
  reasons: Refused[]
  winner?: string
  predicted?: { startMs: number; finishMs: { p50: number; p90: number } }
  margin: number
  objective?: string
  weights: Record<string, number>
  closed: string
  reason: string
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** A decision as an event tells it; undefined for what is none: a file may hold anything. */
export function decisionOf(value: unknown): Decision | undefined {
  if (!isObject(value) || !isObject(value.weights)) return undefined
  const { bids, reasons } = value
  const right = Array.isArray(bids) && Array.isArray(reasons) && bids.every(isBid)
  return right ? (value as unknown as Decision) : undefined
}

const isBid = (bid: unknown): boolean =>
  isObject(bid) && isObject(bid.parts) && isObject(bid.terms) && isObject(bid.terms.finishMs)

/** Terms of the score that differ between these bids or weigh at all. */
export const weighedTerms = ({ bids, weights }: { bids: readonly Bid[]; weights: Record<string, number> }): string[] =>
  Object.keys(weights).filter((term) => bids.some(({ parts }) => (parts[term] ?? 0) !== 0))

const headlines: Record<string, string> = {
  local: 'Its bearer keeps it, which has room',
  'load-stamp': 'Placed without asking',
  auction: 'Placed by auction',
  wanted: 'Placed when a host had room',
  waiting: 'It waits for room',
  unplaceable: 'No host can ever run it as it stands',
  after: 'It waits for other tasks',
  gang: 'Placed together with its gang',
}

export const headlineOf = ({ how }: Decision): string => headlines[how] ?? how

const meanings: Record<string, string> = {
  draining: 'draining',
  'not-reachable': 'not reachable now',
  'executor-not-allowed': 'this kind of task is not allowed there',
  'function-unknown': 'no such function there',
  'label-missing': 'without the label',
  'where-unmet': 'does not meet its condition',
  'gpu-model-missing': 'without such a GPU',
  'too-large': 'too small for it',
  'no-room': 'no room now',
  quota: 'over the quota of its tenant there',
  'queue-full': 'its queue is full',
  'rate-limited': 'asked too often',
  reserved: 'room kept for another offer',
  'on-path': 'had this task before',
  'memory-full': 'short of memory for more tasks',
  'not-apart': 'it must be apart from what is there',
  'not-near': 'what it must be near is not there',
  distrusted: 'left out for a while: its bids did not hold',
  stopping: 'stopping',
  pressure: 'short of memory, disk or time',
  unsure: 'it has just started and does not know the others yet',
}

/** What a refusal means, in a few words. */
export const meaningOf = (code: string): string => meanings[code] ?? code
