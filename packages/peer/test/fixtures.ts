import { emptyVector } from '@souk/kernel'
import {
  type Certificate,
  emptyResult,
  type LifeProof,
  type Offer,
  plainSpec,
  type Role,
  type RunResult,
  type TaskSpec,
  taskId,
} from '@souk/wire'

export const nonceOf = (name: string): string => name.padEnd(23, '0')
export const idOf = (name: string): string => taskId(nonceOf(name))

/** Runs for `ms` and then exits with `exitCode`; the mesh's executor reads both from the arguments. */
export function spec({ ms = 10, exitCode = 0, ...over }: Partial<TaskSpec> & { ms?: number; exitCode?: number } = {}) {
  const args = JSON.stringify([ms, exitCode])
  return plainSpec({ class: 'sleep', work: { kind: 'function', name: 'sleep', args }, ...over })
}

export function offer(slots: number, over: Partial<Offer> = {}): Offer {
  return {
    capacity: { ...emptyVector(), slots, cpuMilli: slots * 1000, memoryBytes: slots * 1000 },
    labels: {},
    executors: slots > 0 ? ['function'] : [],
    functions: slots > 0 ? ['sleep'] : [],
    draining: false,
    custody: true,
    priceMilli: 0,
    summary: '',
    ...over,
  }
}

/** A host that keeps no custody: of two hosts the other one keeps every task then. */
export const keepsNone = (slots: number) => ({ slots, offer: { custody: false } })

/** A proof without a signature: no test host lies about another. */
export function proofOf(peer: string, incarnation: number): LifeProof {
  return new TextEncoder().encode(`${peer} ${incarnation}`)
}

export function certificate(peer: string, role: Role = 'host'): Certificate {
  const signature = new Uint8Array(0)
  return { mesh: 'mesh', peer, role, name: `${peer} of the mesh`, issuedWallMs: 0, expiresWallMs: 0, signature }
}

export function result(over: Partial<RunResult> = {}): RunResult {
  return { ...emptyResult('ok', 0, ''), runMs: 10, cpuMs: 1, ...over }
}
