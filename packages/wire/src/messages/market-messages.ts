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

/** What all tasks of one lot have in common: enough for a host to bid without seeing them. */
export const Shape = strict({
  class: text(limits.nameCharsMax, 1),
  executor: choice('process', 'function'),
  /** registered function that a host must have; '': none, or its code travels along */
  function: text(limits.nameCharsMax),
  request: RequestSchema,
  alternatives: Type.Optional(list(RequestSchema, limits.alternativesMax)),
  labels: dictionary(text(limits.nameCharsMax), limits.labelsMax),
  /** absent: no tenant */
  tenant: Type.Optional(text(limits.nameCharsMax, 1)),
  where: Type.Optional(text(expressionLimits.charsMax, 1)),
  ...tieFields,
  objective: Type.Optional(Objective),
})
export type Shape = Static<typeof Shape>

const lot = int(2 ** 32)
const quotaAmount = Type.Optional(int())

/** What a tenant may still have at a host; tenant `*`: each one that is not named. */
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

/** the host's word, if the tasks are tied by zone */
const zoneField = { zone: Type.Optional(ZoneWord) }

/** How many of the named tasks stay where they are, by the code of the reason. */
const leftOut = list(strict({ code: text(limits.nameCharsMax), count: int(limits.batonsPerMessageMax) }), 32)
/** Tasks that are to be moved, and the reason. */
const named = {
  tasks: list(TaskId, limits.batonsPerMessageMax),
  code: text(limits.nameCharsMax),
  reason: text(limits.nameCharsMax),
}

export const marketMessages = {
  /** request for quote: how many of these tasks could you take, and from when? */
  quote: strict({
    t: Type.Literal('quote'),
    lot,
    shape: Shape,
    count: int(limits.tasksPerMessageMax, 1),
    priority: Priority,
    /** median duration that the asker expects of one task (and p90, below); 0 = unknown */
    expectedMs: int(2 ** 40),
    /** until the earliest deadline of these tasks; 0: it has passed; absent: no task has one */
    dueInMs: Type.Optional(int(2 ** 41)),
    expectedMsP90: int(2 ** 40),
    /** each task is over by its timeout this long after its start; absent: not all have a timeout */
    limitMs: Type.Optional(int(2 ** 40, 1)),
    /** each task has fewer than three custodians, so a host may take it before it has heard from most members */
    fewKeep: Type.Optional(Type.Literal(true)),
  }),
  /** offeredMs: when the bid was made, by the bidder's clock; an awarded baton brings it back */
  bid: strict({ t: Type.Literal('bid'), lot, terms: BidTerms, offeredMs: int(), ...zoneField }),
  noBid: strict({ t: Type.Literal('noBid'), lot, refusal: Refusal, ...zoneField }),
  /** for a plan: what is free at your host, when do its runs end, how long do these classes take? Nothing is reserved */
  survey: strict({
    t: Type.Literal('survey'),
    plan: lot,
    classes: list(text(limits.nameCharsMax), limits.planTasksMax),
  }),
  surveyed: strict({
    t: Type.Literal('surveyed'),
    plan: lot,
    free: VectorSchema,
    /** running tasks, then queued ones in their order */
    work: list(
      strict({
        request: RequestSchema,
        queued: Type.Boolean(),
        gpuDevices: list(int(1023), 1024),
        /** expected end, from now on; of a queued task its duration; absent: not known */
        endsMs: Type.Optional(int(2 ** 40)),
        /** only if the host has quotas */
        tenant: Type.Optional(text(limits.nameCharsMax, 1)),
        ...tieFields,
      }),
      2 * limits.surveyRunsMax,
    ),
    /** durations of the classes asked for, in their order; 0: not known */
    durations: list(Quantiles, limits.planTasksMax),
    /** what tenants with quotas may still have */
    quotas: Type.Optional(list(QuotaLeft, limits.quotasMax)),
  }),
  /** the auction is over and the receiver got nothing; `waiting`: it had no room, and so many tasks wait for hosts with room */
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
    /** slots that the work ahead is for */
    concurrent: int(limits.batonsPerMessageMax),
    /** as in a bid */
    offeredMs: int(),
    /** what tenants with quotas may still have here */
    quotas: Type.Optional(list(QuotaLeft, limits.quotasMax)),
    /** only these tasks are asked for, whether they wait or queue at the bearer */
    named: Type.Optional(strict(named)),
    /** with `named`: ties of the tasks that run, queue or are about to come here; absent: too many to send */
    ties: Type.Optional(list(strict(tieFields), limits.tiedThereMax)),
  }),
  /** from a peer that carries out a plan: ask that bearer for these tasks, as far as you have room */
  fetch: strict({ t: Type.Literal('fetch'), ask: int(2 ** 32), bearer: PeerId, ...named }),
  /** answer to fetch: `count` tasks are on their way to the sender */
  fetched: strict({
    t: Type.Literal('fetched'),
    ask: int(2 ** 32),
    count: int(limits.batonsPerMessageMax),
    left: leftOut,
  }),
  /** answer to wanted: `count` batons were handed over (in award), `waiting` tasks still wait */
  given: strict({
    t: Type.Literal('given'),
    want: int(2 ** 32),
    count: int(limits.batonsPerMessageMax),
    waiting: int(),
    /** the named tasks that were not given */
    left: Type.Optional(leftOut),
  }),
}
