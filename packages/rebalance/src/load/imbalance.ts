/** How unevenly the slots of hosts are used. The ratios are 0 if nothing runs, or no host has slots. */
export interface Imbalance {
  hosts: number
  /** coefficient of variation of the shares: standard deviation / mean */
  cv: number
  /** the largest share / the mean one; 1 is even */
  maxOverMean: number
  /** the least CV that this work can have on these hosts, since a run that lasted all of the window takes a whole slot */
  cvFloor: number
}

/** A host's slots over a window. */
interface SlotUse {
  /** taken slots, on average */
  used: number
  slots: number
  /** of the taken ones those of runs that lasted for all of the window, which no spreading can divide */
  whole: number
}

export function imbalanceOf(hosts: readonly SlotUse[]): Imbalance {
  const able = hosts.filter(({ slots }) => slots > 0)
  const { cv, maxOverMean } = spread(able.map(({ used, slots }) => used / slots))
  return { hosts: able.length, cv, maxOverMean, cvFloor: spread(evenShares(able)).cv }
}

function spread(shares: readonly number[]): { cv: number; maxOverMean: number } {
  const mean = shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length)
  if (mean === 0) return { cv: 0, maxOverMean: 0 }
  const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length
  return { cv: Math.sqrt(variance) / mean, maxOverMean: Math.max(...shares) / mean }
}

/**
 * Shares of hosts when the same work is spread as evenly as can be: whole slots first, each host its part rounded down and the
 * rest one by one to the host with the lowest share; then all other use as a fluid that fills up the lowest shares.
 */
function evenShares(hosts: readonly SlotUse[]): number[] {
  const slots = hosts.map((host) => host.slots)
  const whole = hosts.reduce((sum, host) => sum + host.whole, 0)
  const all = slots.reduce((sum, count) => sum + count, 0)
  const part = Math.min(1, whole / Math.max(1, all))
  const used = slots.map((count) => Math.floor(part * count))
  const share = (i: number, more = 0): number => (used[i]! + more) / slots[i]!
  for (let rest = Math.min(whole, all) - used.reduce((sum, count) => sum + count, 0); rest > 0; rest--) {
    let least = 0
    for (let i = 1; i < slots.length; i++) if (share(i, 1) < share(least, 1)) least = i
    used[least]!++
  }
  const fluid = Math.max(0, hosts.reduce((sum, host) => sum + host.used, 0) - whole)
  const shares = used.map((_, i) => share(i))
  const level = levelOf(shares, slots, fluid)
  return shares.map((each) => Math.max(each, level))
}

/** The share to which the fluid raises the lowest hosts. */
function levelOf(shares: readonly number[], slots: readonly number[], fluid: number): number {
  const rising = shares.map((share, i) => ({ share, slots: slots[i]! })).sort((a, b) => a.share - b.share)
  let width = 0
  let held = 0
  let level = 0
  for (const [i, { share, slots: count }] of rising.entries()) {
    width += count
    held += share * count
    level = (held + fluid) / width
    if (level <= (rising[i + 1]?.share ?? Number.POSITIVE_INFINITY)) return level
  }
  return level
}
