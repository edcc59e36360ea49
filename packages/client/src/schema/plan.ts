import { type Static, Type } from '@sinclair/typebox'
import type { Plan } from '../plan.ts'
import { WouldHelpBody } from './listing.ts'
import { TaskBody } from './task.ts'
import { apiLimits, choice, int, list, PeerIdText, strict, text } from './vocabulary.ts'

const optional = Type.Optional
const index = int(apiLimits.planTasksMax - 1)

/** Tasks that are only thought of: nothing is submitted, and nothing reserved. */
export const PlanBody = strict({
  tasks: list(TaskBody, apiLimits.planTasksMax, 1),
  assumedMs: optional(int(2 ** 40, 1)),
})
export type PlanBody = Static<typeof PlanBody>

const PlacingBody = strict({
  index,
  peer: PeerIdText,
  alternative: optional(int(16)),
  startMs: Type.Number(),
  finishMs: strict({ p50: Type.Number(), p90: Type.Number() }),
  cost: Type.Number(),
  assumed: Type.Boolean(),
})

const ReasonBody = strict({
  code: text(64),
  never: Type.Boolean(),
  peers: int(4096),
  etaMs: optional(int()),
  shortage: optional(strict({ resource: text(apiLimits.nameCharsMax), available: int(), needed: int() })),
  detail: text(apiLimits.nameCharsMax),
})

export const PlanAnswer = Type.Unsafe<Plan>(
  strict({
    objectives: list(
      strict({
        objective: choice('balanced', 'fast', 'pack', 'spread', 'cheap'),
        placings: list(PlacingBody, apiLimits.planTasksMax),
        sum: strict({
          finishMs: Type.Number(),
          startMsMean: Type.Number(),
          cost: Type.Number(),
          hosts: int(4096),
          usedMilli: int(1000),
        }),
      }),
      8,
    ),
    unplaced: list(
      strict({
        index,
        why: optional(choice('after', 'gang', 'gang-part', 'gang-unsettled')),
        reasons: list(ReasonBody, 16),
        wouldHelp: list(WouldHelpBody, 256),
      }),
      apiLimits.planTasksMax,
    ),
    asked: int(4096),
    silent: list(PeerIdText, 4096),
  }),
)
