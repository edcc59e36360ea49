import type { DemandEffect } from '@souk/scaling'
import { type Body, limits, type RunResult, specBlobs, type TaskRecord } from '@souk/wire'
import type { Steps } from './steps.ts'

/** Routes the effects of demand. */
export function routeDemand(effect: DemandEffect, steps: Steps): void {
  switch (effect.type) {
    case 'warm':
      steps.outlet.emit(effect)
      break
    case 'digest':
      steps.stepRoster({ type: 'demand', demand: effect.digest })
      break
    case 'write':
      steps.stepCustodian({ type: 'remember', writes: [{ key: effect.key, value: effect.value }] })
      break
    case 'promoted':
      steps.outlet.trace({ type: 'warm.promoted', class: effect.class, ...effect.figures })
      break
    case 'demoted':
      steps.outlet.trace({ type: 'warm.demoted', class: effect.class, ...effect.figures })
      break
    case 'target': {
      const { class: name, workers, before, code } = effect
      steps.outlet.trace({ type: 'warm.ordered', class: name, workers, before, code })
      break
    }
    case 'warmed': {
      const { type: _, ...done } = effect
      steps.outlet.trace({ type: 'warm.done', ...done })
      break
    }
  }
}

/** The work that a worker would be warmed for; for a command only where its host has declared warm workers for it. */
export function warmWorkOf({ spec: { work } }: TaskRecord) {
  if (work.kind === 'process') return { name: work.argv[0]!.slice(0, limits.nameCharsMax), process: true as const }
  const { name, module } = work
  return module ? { name, module } : { name }
}

/** Bytes that a run of the task reads: files, module, standard input. */
export function inputBytesOf({ spec }: TaskRecord): number {
  return specBlobs(spec).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}

/** Bytes that a run produced: files, what it printed, a function's value. */
export function outputBytesOf({ stdout, stderr, value, files }: RunResult): number {
  const bodies = [stdout, stderr, ...(value === undefined ? [] : [value])]
  const printed = bodies.reduce((sum, body) => sum + sizeOf(body), 0)
  return files.reduce((sum, { blob }) => sum + blob.sizeBytes, printed)
}

function sizeOf(body: Body): number {
  return body instanceof Uint8Array ? body.byteLength : body.sizeBytes
}
