import type { Millis } from './time.ts'

/** The earliest of times that may not be set: when a machine of several parts wants to be woken. Undefined: never. */
export function earliest(...times: readonly (Millis | undefined)[]): Millis | undefined {
  let first = Infinity
  for (const time of times) if (time !== undefined && time < first) first = time
  return first === Infinity ? undefined : first
}
