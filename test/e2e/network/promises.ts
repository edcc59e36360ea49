import type { Outcome } from '@souk/client'
import { expect } from 'vitest'
import { until } from '../harness.ts'
import type { NetworkMesh } from './network-mesh.ts'
import { processesWith } from './processes.ts'

/**
 * What holds for every accepted task, whatever happened to it: it ends; all living peers tell the same outcome; the
 * effects that count are of fences that only rise, of one run each; what succeeded is the run that came last; and no
 * process of it is left. Returns the outcomes in the order of the ids.
 */
export async function expectPromisesKept(mesh: NetworkMesh, tasks: readonly string[]): Promise<Outcome[]> {
  const [first, ...others] = mesh.peers.keys()
  const outcomes = await mesh.outcomes(first!, tasks)
  for (const host of others) expect(await mesh.outcomes(host, tasks), `as ${host} tells it`).toEqual(outcomes)
  for (const outcome of outcomes) expectEffectsFit(mesh, outcome)
  await until('no process of an ended task is left', () =>
    tasks.every((task) => processesWith('SOUK_TASK', task).length === 0),
  )
  return outcomes
}

function expectEffectsFit(mesh: NetworkMesh, outcome: Outcome): void {
  const effects = mesh.register.effects([outcome.task])
  const told = `${JSON.stringify(outcome)}\n${effects.map((effect) => JSON.stringify(effect)).join('\n')}`
  for (const what of ['start', 'end']) {
    const fences = effects.filter((effect) => effect.what === what).map(({ fence }) => fence)
    expect(new Set(fences).size, `one run did it twice: ${told}`).toBe(fences.length)
  }
  if (outcome.kind !== 'succeeded') return
  const counting = effects.filter(({ counts }) => counts)
  expect(counting.at(-1), told).toMatchObject({ fence: outcome.stdout?.trim(), what: 'end' })
}
