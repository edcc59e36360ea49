import { Type } from '@sinclair/typebox'
import type { Balance } from '../balance.ts'
import { AppliedAnswer, forecastSchema, RebalanceBody, strategySchema } from './rebalance.ts'
import { StragglerBody } from './straggler.ts'
import { apiLimits, IsoTime, int, list, PeerIdText, strict, text } from './vocabulary.ts'

const name = text(apiLimits.nameCharsMax)
const amount = Type.Number({ minimum: 0 })
const use = strict({ resource: name, used: amount, capacity: amount, share: amount })

const move = strict({
  class: name,
  from: PeerIdText,
  to: PeerIdText,
  count: int(),
  bound: Type.Boolean(),
  code: name,
  reason: text(),
  gainMs: Type.Optional(int()),
  afterMs: int(),
  tasks: list(name, 1024),
})
const leftOut = strict({ class: name, from: PeerIdText, count: int(), code: name, reason: text() })
const plan = strict({
  moves: list(move, 512),
  leftOut: list(leftOut, 512),
  before: forecastSchema,
  after: forecastSchema,
  moved: strict({ before: forecastSchema, after: forecastSchema }),
})

export const BalanceAnswer = Type.Unsafe<Balance>(
  strict({
    at: IsoTime,
    windowMs: int(),
    waiting: int(),
    hosts: list(
      strict({
        peer: PeerIdText,
        draining: Type.Boolean(),
        pressed: Type.Boolean(),
        running: int(),
        waiting: int(),
        utilisation: list(use, 64),
      }),
      4096,
    ),
    imbalance: strict({ hosts: int(), cv: amount, maxOverMean: amount, cvFloor: amount }),
    bottlenecks: list(strict({ resource: name, tasks: amount, share: amount, hosts: int() }), 64),
    strategy: strategySchema,
    opportunities: list(
      strict({ class: name, from: PeerIdText, to: PeerIdText, count: int(), bound: Type.Boolean() }),
      1024,
    ),
    stragglers: list(StragglerBody, 256),
    plan,
    rebalance: RebalanceBody,
    applied: Type.Optional(AppliedAnswer),
    truncated: Type.Boolean(),
    missing: list(PeerIdText, 4096),
  }),
)
