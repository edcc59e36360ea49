import { Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { type Decision, limits, type Recording } from '@souk/wire'
import { ApiError } from '../api-error.ts'

const BidRecorded = Type.Object({
  peer: Type.String(),
  terms: Type.Object({ startMs: Type.Number() }),
  parts: Type.Record(Type.String(), Type.Number()),
})
/** What weighing needs of it: a file may come from anywhere. */
const weighable = TypeCompiler.Compile(
  Type.Object({
    bids: Type.Array(BidRecorded, { maxItems: limits.bidsKeptMax }),
    bidsTotal: Type.Integer({ minimum: 0 }),
    winner: Type.Optional(Type.String()),
    reason: Type.String(),
  }),
)

/**
 * How a task was placed, as an export tells it: the export of the task itself, or the last award of it in a window.
 * Undefined where it tells nothing of that. Throws ApiError 400 `recording-damaged`.
 */
export function recordedDecision({ task, events }: Recording, id: string): Decision | undefined {
  const own = task?.id === id ? (task as { decision?: unknown }).decision : undefined
  const decision = own ?? events.findLast((event) => event.type === 'task.awarded' && event.task === id)?.decision
  if (decision === undefined || weighable.Check(decision)) return decision as Decision | undefined
  const { path = '', message = '' } = weighable.Errors(decision).First() ?? {}
  throw new ApiError(
    400,
    'recording-damaged',
    `the decision of task ${id} in the export is damaged at ${path}: ${message}`,
  )
}
