import { type Static, Type } from '@sinclair/typebox'
import { PeerId } from '../ids.ts'
import { limits } from '../limits.ts'
import { int, list, strict, text, wallTime } from '../schema.ts'

const ask = int(2 ** 32)

/** Which trace events are wanted: all that is given must fit. */
export const TraceFilter = strict({
  /** whole types, or first words of them, such as `task`; none: all */
  types: list(text(limits.traceTypeCharsMax, 1), limits.traceTypesMax),
  /** the beginning of a task's id */
  task: Type.Optional(text(24, 1)),
  /** told by that peer, or naming it */
  peer: Type.Optional(PeerId),
  sinceWallMs: Type.Optional(wallTime),
  untilWallMs: Type.Optional(wallTime),
})
export type TraceFilter = Static<typeof TraceFilter>

/** An event as JSON; `seq` counts up within a life of the peer that tells it, `wallMs` is by that peer's clock. */
const ToldEvent = strict({ seq: int(), wallMs: wallTime, text: text(limits.textCharsMax) })
export type ToldEvent = Static<typeof ToldEvent>

export const traceMessages = {
  /** the newest `limit` events that are kept there and fit, of at most so many characters together; answered by traced */
  askTrace: strict({
    t: Type.Literal('askTrace'),
    ask,
    filter: TraceFilter,
    limit: int(limits.traceEventsMax, 1),
    charsMax: int(limits.traceCharsMax, 1),
  }),
  /**
   * Oldest first; `total`: that fit; from `sinceWallMs` on all that happened is kept, before it only what is seldom; `atWallMs`:
   * when it was told. All by the clock of whoever tells it
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
