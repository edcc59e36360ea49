import { Type } from '@sinclair/typebox'
import type { Scale } from '../scale.ts'
import { apiLimits, choice, IsoTime, int, list, strict, text } from './vocabulary.ts'

const name = text(apiLimits.nameCharsMax)
const amount = Type.Number({ minimum: 0 })

const entry = strict({
  intent: name,
  kind: choice('grow', 'shrink'),
  at: IsoTime,
  why: text(),
  state: choice('asked', 'done', 'failed', 'judged'),
  code: name,
  tookMs: Type.Optional(amount),
  judgement: Type.Optional(choice('right', 'early', 'late', 'needless', 'failed')),
})

const classSum = strict({
  class: name,
  peers: int(),
  present: amount,
  runMs: Type.Optional(amount),
  perSecond: Type.Optional(amount),
  soon: amount,
  later: amount,
})

const plan = strict({
  automatic: Type.Boolean(),
  needed: amount,
  slots: amount,
  comingSlots: amount,
  soon: Type.Optional(amount),
  later: Type.Optional(amount),
  startMs: amount,
  slotsPerPeer: amount,
  grown: int(),
  peersMax: int(),
  startsLeft: int(),
  classes: list(classSum, 16),
  action: choice('grow', 'shrink', 'stay'),
  peers: int(),
  code: name,
  reason: text(),
  log: list(entry, 1024),
})

export const ScaleAnswer = Type.Unsafe<Scale>(
  strict({
    at: IsoTime,
    scalers: list(strict({ peer: name, kind: name, acts: Type.Boolean() }), 4096),
    here: Type.Optional(plan),
  }),
)
