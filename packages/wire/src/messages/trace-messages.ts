import { type Static, Type } from '@sinclair/typebox'
import { PeerId } from '../ids.ts'
import { limits } from '../limits.ts'
import { int, list, strict, text, wallTime } from '../schema.ts'

const ask = int(2 ** 32)

/** Which trace events are wanted; all given fields must fit. */
export const TraceFilter = strict({
  /** whole types, or first words of them, such as `task`; none: all */
  types: list(text(limits.traceTypeCharsMax, 1), limits.traceTypesMax),
  /** the beginning of a task's id */
  task: Type.Optional(text(24, 1)),
  /** events that this peer tells, or that name it */
  peer: Type.Optional(PeerId),
  sinceWallMs: Type.Optional(wallTime),
  untilWallMs: Type.Optional(wallTime),
})
export type TraceFilter = Static<typeof TraceFilter>

/** An event as JSON; `seq` counts up within a life of the peer that tells it, `wallMs` is by that peer's clock. */
const ToldEvent = strict({ seq: int(), wallMs: wallTime, text: text(limits.textCharsMax) })
export type ToldEvent = Static<typeof ToldEvent>

export const traceMessages = {
  /** asks for the newest `limit` events that fit the filter, of at most charsMax characters together; answered by traced */
  askTrace: strict({
    t: Type.Literal('askTrace'),
    ask,
    filter: TraceFilter,
    limit: int(limits.traceEventsMax, 1),
    charsMax: int(limits.traceCharsMax, 1),
  }),
  /**
   * Oldest first; `total`: events that fit; from `sinceWallMs` on all events are kept, before that only seldom ones; `atWallMs`:
   * when this was answered. All times by the sender's clock
   */
  traced: strict({
    t: Type.Literal('traced'),
    ask,
    events: list(ToldEvent, limits.traceEventsMax),
    total: int(),
    sinceWallMs: wallTime,
    atWallMs: wallTime,
  }),
}
