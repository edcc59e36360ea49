/** How unevenly the slots of hosts are used. All of it 0 where nothing runs, or nobody could. */
export interface Imbalance {
  hosts: number
  /** coefficient of variation of the shares: standard deviation / mean */
  cv: number
  /** the largest share / the mean one; 1 is even */
  maxOverMean: number
  /** the least CV that so many taken slots can have on these hosts: slots are whole ones */
  cvFloor: number
}

/** `used`: slots taken, on average over a window. */
export function imbalanceOf(hosts: readonly { used: number; slots: number }[]): Imbalance {
  const able = hosts.filter(({ slots }) => slots > 0)
  const shares = able.map(({ used, slots }) => used / slots)
  const taken = able.reduce((sum, { used }) => sum + used, 0)
  const { cv, maxOverMean } = spread(shares)
  const even = spread(
    evenShares(
      able.map(({ slots }) => slots),
      Math.round(taken),
    ),
  )
  return { hosts: able.length, cv, maxOverMean, cvFloor: even.cv }
}

function spread(shares: readonly number[]): { cv: number; maxOverMean: number } {
  const mean = shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length)
  if (mean === 0) return { cv: 0, maxOverMean: 0 }
  const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length
  return { cv: Math.sqrt(variance) / mean, maxOverMean: Math.max(...shares) / mean }
}

/** Whole slots, spread as evenly as can be: each its part rounded down, then the rest one by one to whoever has least. */
function evenShares(slots: readonly number[], taken: number): number[] {
  const all = slots.reduce((sum, count) => sum + count, 0)
  const part = Math.min(1, taken / Math.max(1, all))
  const used = slots.map((count) => Math.floor(part * count))
  const share = (i: number, more = 0): number => (used[i]! + more) / slots[i]!
  for (let rest = Math.min(taken, all) - used.reduce((sum, count) => sum + count, 0); rest > 0; rest--) {
    let least = 0
    for (let i = 1; i < slots.length; i++) if (share(i, 1) < share(least, 1)) least = i
    used[least]!++
  }
  return used.map((_, i) => share(i))
}
