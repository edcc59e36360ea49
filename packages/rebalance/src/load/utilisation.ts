import type { Millis } from '@souk/kernel'
import { capacityAmounts, requestAmounts } from './amounts.ts'
import type { HostLoad } from './load-facts.ts'

/** How much of one resource was allocated to runs, on average over the window. */
export interface Utilisation {
  resource: string
  used: number
  capacity: number
  /** used / capacity */
  share: number
}

/** Utilisation of every resource that the host has, in the kernel's order. */
export function utilisationOf(
  { capacity, runs }: Pick<HostLoad, 'capacity' | 'runs'>,
  { nowMs, windowMs }: { nowMs: Millis; windowMs: Millis },
): Utilisation[] {
  const used = new Map<string, number>()
  for (const { request, fromMs, toMs = nowMs } of runs) {
    const within = Math.min(nowMs, toMs) - Math.max(nowMs - windowMs, fromMs)
    if (within <= 0) continue
    for (const [resource, amount] of requestAmounts(request)) {
      used.set(resource, (used.get(resource) ?? 0) + (amount * within) / windowMs)
    }
  }
  return [...capacityAmounts(capacity)].map(([resource, all]) => {
    const mean = used.get(resource) ?? 0
    return { resource, used: mean, capacity: all, share: mean / all }
  })
}
