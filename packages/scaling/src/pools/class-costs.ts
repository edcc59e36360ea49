import { fitsClass } from '@souk/kernel'
import type { ProvisionCosts } from './provision-tau.ts'

/** Classes for which a cold start and an idle worker cost something else than usual; the first pattern that fits counts. */
export interface ClassCosts {
  /** a class, or its beginning and `*` */
  pattern: string
  costs: ProvisionCosts
}

const costMax = 1e6

/** `CLASS=COLD:IDLE`, `BEGINNING*=COLD:IDLE`, or `COLD:IDLE` for all; costs from 0 to a million, one of them above 0; else undefined. */
export function parseClassCosts(text: string): ClassCosts | undefined {
  const at = text.lastIndexOf('=')
  const pattern = at < 0 ? '*' : text.slice(0, at)
  const words = text.slice(at + 1).split(':')
  const [coldStart = Number.NaN, idleSlot = Number.NaN] = words.map((word) =>
    word.trim() === '' ? Number.NaN : Number(word),
  )
  const known = [coldStart, idleSlot].every((cost) => cost >= 0 && cost <= costMax)
  if (!known || words.length !== 2 || coldStart + idleSlot === 0 || pattern === '') return undefined
  return { pattern, costs: { coldStart, idleSlot } }
}

/** What was declared for this class; undefined: nothing was. */
export function costsFor(declared: readonly ClassCosts[], name: string): ProvisionCosts | undefined {
  return declared.find(({ pattern }) => fitsClass(pattern, name))?.costs
}
