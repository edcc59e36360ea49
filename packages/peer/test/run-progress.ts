import type { RunOrder, StopCode } from '../src/index.ts'
import type { result } from './fixtures.ts'

/** How long a run takes and how it ends. The size of a checkpoint's file stands for the milliseconds done before it. */
export function toDo({ record, checkpoint }: RunOrder, slowness: number): { ms: number; exitCode: number } {
  const { work } = record.spec
  const [ms, exitCode] = JSON.parse(work.kind === 'function' ? work.args : '[0,0]') as [number, number]
  return { ms: slowness * Math.max(0, ms - doneMs(checkpoint)), exitCode }
}

/** The checkpoint of a run that is stopped after `ranMs`: none unless its task has checkpoints and is to go on elsewhere. */
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
