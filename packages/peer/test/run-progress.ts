import type { RunOrder, StopCode } from '../src/index.ts'
import type { result } from './fixtures.ts'

/** What a run does: so long, with that end. Of one that goes on from a checkpoint the file's size is what it has done. */
export function toDo({ record, checkpoint }: RunOrder, slowness: number): { ms: number; exitCode: number } {
  const { work } = record.spec
  const [ms, exitCode] = JSON.parse(work.kind === 'function' ? work.args : '[0,0]') as [number, number]
  return { ms: slowness * Math.max(0, ms - doneMs(checkpoint)), exitCode }
}

/** What a run that is stopped after so long, and why, leaves for the next, if its task can go on there. */
export function leavesAfter(
  ranMs: number,
  { record, checkpoint }: RunOrder,
  code: StopCode,
): Parameters<typeof result>[0] {
  const { path } = record.spec.checkpoint ?? {}
  if (path === undefined || (code !== 'draining' && code !== 'pressure')) return {}
  return { checkpoint: { path, blob: { hash: '0'.repeat(64), sizeBytes: ranMs + doneMs(checkpoint) }, mode: 0o644 } }
}

const doneMs = (checkpoint: RunOrder['checkpoint']): number => checkpoint?.file.blob.sizeBytes ?? 0
