import { type ResourceRequest, scalarResources } from '@souk/kernel'
import type { Run } from './run.ts'

/** What is known of executors. */
export interface FunctionsView {
  /** calls of that function are made one after the other without a word from here, where they are lined up */
  linesUp(functionName: string): boolean
}

/**
 * A plain call of a function: no files to put in place, nothing that must be agreed on or counted before it begins, and
 * nothing but amounts to give it. Only such runs follow one another without a word from the host.
 */
export function isPlain(
  { record, request, checkpoint, backup }: Pick<Run, 'record' | 'request' | 'checkpoint' | 'backup'>,
  view: FunctionsView,
): boolean {
  const { work, inputs, outputs, gang, starts, deadlineMs } = record.spec
  return (
    work.kind === 'function' &&
    work.module === undefined &&
    view.linesUp(work.name) &&
    inputs.length + outputs.length === 0 &&
    gang === undefined &&
    starts !== 'at-most-once' &&
    deadlineMs === undefined &&
    checkpoint === undefined &&
    backup === undefined &&
    request.gpu.count === 0 &&
    Object.keys(request.custom).length === 0
  )
}

/** It may take that run's place: it asks for the same, and is no more and no less urgent than it. */
export function mayFollow(run: Run, before: Run): boolean {
  return run.plain && before.plain && isAlike(run, before) && isSame(run.request, before.request)
}

/** Of one tenant and of one priority: so none of the two goes before the other but by its arrival. */
export function isAlike({ record: { spec } }: Run, { record: { spec: other } }: Run): boolean {
  const { tenant, priority, deadlineMs } = spec
  return tenant === other.tenant && priority === other.priority && deadlineMs === other.deadlineMs
}

function isSame(a: ResourceRequest, b: ResourceRequest): boolean {
  return a === b || scalarResources.every((name) => a[name] === b[name])
}
