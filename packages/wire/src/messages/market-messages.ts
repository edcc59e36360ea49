import { type Static, Type } from '@sinclair/typebox'
import { BidTerms, Quantiles, Refusal } from '../decision.ts'
import { expressionLimits } from '../expression/index.ts'
import { limits } from '../limits.ts'
import { Objective } from '../objective.ts'
import { RequestSchema, VectorSchema } from '../resource-schema.ts'
import { choice, dictionary, int, list, strict, text } from '../schema.ts'
import { Priority } from '../task-spec.ts'
import { tieFields } from '../ties.ts'

/** What all tasks of one lot have in common: enough to say yes or no without seeing them. */
export const Shape = strict({
  class: text(limits.nameCharsMax, 1),
  executor: choice('process', 'function'),
  /** registered function that is needed, '' when the code travels along */
  function: text(limits.nameCharsMax),
  request: RequestSchema,
  alternatives: Type.Optional(list(RequestSchema, limits.alternativesMax)),
  labels: dictionary(text(limits.nameCharsMax), limits.labelsMax),
  /** on whose account; absent: on nobody's */
  tenant: Type.Optional(text(limits.nameCharsMax, 1)),
  where: Type.Optional(text(expressionLimits.charsMax, 1)),
  ...tieFields,
  objective: Type.Optional(Objective),
})
export type Shape = Static<typeof Shape>

const lot = int(2 ** 32)
const quotaAmount = Type.Optional(int())

/** What a tenant may have at a host yet; tenant `*`: any that is not named. */
const QuotaLeft = strict({
  tenant: text(limits.nameCharsMax),
  quota: strict({
    tasks: quotaAmount,
    slots: quotaAmount,
    cpuMilli: quotaAmount,
    memoryBytes: quotaAmount,
    diskBytes: quotaAmount,
    networkMbps: quotaAmount,
    gpuMilli: quotaAmount,
  }),
})

export const marketMessages = {
  /** request for quote: how many of these, and from when? */
  quote: strict({
    t: Type.Literal('quote'),
    lot,
    shape: Shape,
    count: int(limits.tasksPerMessageMax, 1),
    priority: Priority,
    /** what the asker expects one of them to take: the median, and what nine of ten take at most; 0 = unknown */
    expectedMs: int(2 ** 40),
    /** from now until the first of them is wanted; 0: that has passed; absent: none has a deadline */
    dueInMs: Type.Optional(int(2 ** 41)),
    expectedMsP90: int(2 ** 40),
  }),
  /** offeredMs: by the bidder's own clock; the baton brings it back */
  bid: strict({ t: Type.Literal('bid'), lot, terms: BidTerms, offeredMs: int() }),
  noBid: strict({ t: Type.Literal('noBid'), lot, refusal: Refusal }),
  /** for a plan: what is free with you, when does it end that runs, and how long do these classes take? Nothing is reserved */
  survey: strict({
    t: Type.Literal('survey'),
    plan: lot,
    classes: list(text(limits.nameCharsMax), limits.planTasksMax),
  }),
  surveyed: strict({
    t: Type.Literal('surveyed'),
    plan: lot,
    free: VectorSchema,
    /** what runs, then what waits in its order; without endsMs nobody knows how long it takes */
    work: list(
      strict({
        request: RequestSchema,
        queued: Type.Boolean(),
        gpuDevices: list(int(1023), 1024),
        /** from now on; of what waits: once it has begun */
        endsMs: Type.Optional(int(2 ** 40)),
        /** where the host has quotas */
        tenant: Type.Optional(text(limits.nameCharsMax, 1)),
        ...tieFields,
      }),
      2 * limits.surveyRunsMax,
    ),
    /** of the classes asked for, in their order; 0: not known */
    durations: list(Quantiles, limits.planTasksMax),
    /** tenants that may not have all that is free */
    quotas: Type.Optional(list(QuotaLeft, limits.quotasMax)),
  }),
  /** to who was asked and had no room: the auction is over, and so many tasks still wait for whoever has room first */
  over: strict({ t: Type.Literal('over'), lot, waiting: int() }),
  /** a host with room asks a bearer with waiting work */
  wanted: strict({
    t: Type.Literal('wanted'),
    want: int(2 ** 32),
    free: VectorSchema,
    /** at most this many batons */
    count: int(limits.batonsPerMessageMax, 1),
    /** work that may be fetched ahead of free room, so that no slot waits for the next round trip */
    aheadMs: int(10_000),
    /** slots that work on it */
    concurrent: int(limits.batonsPerMessageMax),
    /** as in a bid */
    offeredMs: int(),
    /** tenants that may not have all of it */
    quotas: Type.Optional(list(QuotaLeft, limits.quotasMax)),
  }),
  /** answer to wanted: this many batons were handed over (in award), so many still wait */
  given: strict({
    t: Type.Literal('given'),
    want: int(2 ** 32),
    count: int(limits.batonsPerMessageMax),
    waiting: int(),
  }),
}
