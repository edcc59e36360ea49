import { type Static, Type } from '@sinclair/typebox'
import { BidTerms, Quantiles, Refusal } from '../decision.ts'
import { expressionLimits } from '../expression/index.ts'
import { PeerId, TaskId } from '../ids.ts'
import { limits } from '../limits.ts'
import { Objective } from '../objective.ts'
import { RequestSchema, VectorSchema } from '../resource-schema.ts'
import { choice, dictionary, int, list, strict, text } from '../schema.ts'
import { Priority } from '../task-spec.ts'
import { tieFields, ZoneWord } from '../ties.ts'

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

/** where what was asked for is tied by zone */
const zoneField = { zone: Type.Optional(ZoneWord) }

/** How many of the named tasks were not given, and why. */
const leftOut = list(strict({ code: text(limits.nameCharsMax), count: int(limits.batonsPerMessageMax) }), 32)
/** These tasks are to be moved, for this reason. */
const named = {
  tasks: list(TaskId, limits.batonsPerMessageMax),
  code: text(limits.nameCharsMax),
  reason: text(limits.nameCharsMax),
}

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
    /** so long after its start each of them is over, by its timeout; absent: not all have one */
    limitMs: Type.Optional(int(2 ** 40, 1)),
    /** of each of them fewer than three are custodians: a host need not have heard from most members to take it */
    fewKeep: Type.Optional(Type.Literal(true)),
  }),
  /** offeredMs: by the bidder's own clock; the baton brings it back */
  bid: strict({ t: Type.Literal('bid'), lot, terms: BidTerms, offeredMs: int(), ...zoneField }),
  noBid: strict({ t: Type.Literal('noBid'), lot, refusal: Refusal, ...zoneField }),
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
  /** to who was asked and gets nothing: the auction is over; where it had no room, so many tasks wait for whoever has some first */
  over: strict({ t: Type.Literal('over'), lot, waiting: Type.Optional(int()) }),
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
    /** these and no others, wherever they wait there */
    named: Type.Optional(strict(named)),
    /** with them: the ties of what runs, waits or is about to come here; absent: there are more than can be told */
    ties: Type.Optional(list(strict(tieFields), limits.tiedThereMax)),
  }),
  /** somebody carries out a plan: this host is to ask that bearer for these, as far as it has room */
  fetch: strict({ t: Type.Literal('fetch'), ask: int(2 ** 32), bearer: PeerId, ...named }),
  /** answer to fetch: so many are on their way to it */
  fetched: strict({
    t: Type.Literal('fetched'),
    ask: int(2 ** 32),
    count: int(limits.batonsPerMessageMax),
    left: leftOut,
  }),
  /** answer to wanted: this many batons were handed over (in award), so many still wait */
  given: strict({
    t: Type.Literal('given'),
    want: int(2 ** 32),
    count: int(limits.batonsPerMessageMax),
    waiting: int(),
    /** of those that were named */
    left: Type.Optional(leftOut),
  }),
}
