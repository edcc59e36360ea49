import { Type } from '@sinclair/typebox'
import type { Balance } from '../balance.ts'
import { apiLimits, choice, IsoTime, int, list, PeerIdText, strict, text } from './vocabulary.ts'

const name = text(apiLimits.nameCharsMax)
const amount = Type.Number({ minimum: 0 })
const use = strict({ resource: name, used: amount, capacity: amount, share: amount })

export const BalanceAnswer = Type.Unsafe<Balance>(
  strict({
    at: IsoTime,
    windowMs: int(),
    waiting: int(),
    hosts: list(
      strict({
        peer: PeerIdText,
        draining: Type.Boolean(),
        running: int(),
        waiting: int(),
        utilisation: list(use, 64),
      }),
      4096,
    ),
    imbalance: strict({ hosts: int(), cv: amount, maxOverMean: amount, cvFloor: amount }),
    bottlenecks: list(strict({ resource: name, tasks: amount, share: amount, hosts: int() }), 64),
    strategy: strict({ strategy: choice('steal', 'shed', 'none'), code: name, reason: text() }),
    opportunities: list(
      strict({ class: name, from: PeerIdText, to: PeerIdText, count: int(), bound: Type.Boolean() }),
      1024,
    ),
    truncated: Type.Boolean(),
    missing: list(PeerIdText, 4096),
  }),
)
