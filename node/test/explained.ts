import type { TaskDetail } from '@souk/client'
import type { Decision } from '@souk/wire'
import { peerNames } from '../src/peer-names.ts'
import { coloursFor } from '../src/print/colours.ts'
import { explainText } from '../src/print/explain-text.ts'

export const id = (end: string) => `12D3KooW${'A'.repeat(40)}${end}`
export const [oak, ash, elm] = [id('oak1'), id('ash1'), id('eLm1')]
export const names = peerNames([
  { id: oak, name: 'oak' },
  { id: ash, name: 'ash' },
  { id: elm, name: 'elm' },
])

export const at = Date.parse('2026-11-24T09:00:00.012Z')

export const terms = {
  count: 1,
  startMs: 0,
  finishMs: { p50: 0, p90: 0 },
  fragMilli: 500,
  usedMilli: 250,
  priceMilli: 0,
  warm: false,
  loadSeq: 1,
}

export const decided: Decision = {
  how: 'auction',
  by: oak,
  wallMs: at,
  decisionMs: 1012,
  auctionMs: 12,
  candidates: 3,
  asked: 3,
  bids: [],
  bidsTotal: 0,
  refusals: {},
  reasons: [],
  refused: [],
  margin: 0,
  weights: {},
  closed: 'all-in',
  reason: 'best of the bids',
}

export function explain(decision: Decision | undefined, more: Partial<TaskDetail> = {}): string {
  const detail = {
    id: 'g8t0vk0dzkgxcb2af02yed1q',
    state: 'waiting',
    origin: oak,
    bearer: oak,
    custodians: [oak],
    version: 1,
    ballot: '1.ABoak1.3',
    submittedAt: '2026-11-24T09:00:00.000Z',
    spec: {},
    attempts: [],
    timeline: [],
    ...more,
    ...(decision === undefined ? {} : { decision: decision as unknown as TaskDetail['decision'] }),
  } as unknown as TaskDetail
  return explainText(detail, names, coloursFor(false, {}), at + 10_000)
}
