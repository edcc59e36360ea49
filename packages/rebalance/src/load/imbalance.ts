/** How unevenly the slots of hosts are used. All of it 0 where nothing runs, or nobody could. */
export interface Imbalance {
  hosts: number
  /** coefficient of variation of the shares: standard deviation / mean */
  cv: number
  /** the largest share / the mean one; 1 is even */
  maxOverMean: number
  /** the least CV that this work can have on these hosts: slots that were taken all the time are whole ones */
  cvFloor: number
}

/** A host's slots over a window. */
interface SlotUse {
  /** taken, on average */
  used: number
  slots: number
  /** of those taken: by runs that lasted for all of the window, which no spreading can divide */
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
 * As even as can be: whole slots first, each host its part rounded down and the rest one by one to whoever has least; then
 * everything else as if it were a fluid, to the lowest first.
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

/** How high so much raises the lowest. */
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
