/** A time of use further ahead than clocks differ was written under another clock. */
const aheadMsMax = 60_000

export function isAhead(usedWallMs: number): boolean {
  return usedWallMs > Date.now() + aheadMsMax
}

/** Also true for one that is ahead: whoever collects sets it anew, so that it ages from now. */
export function isOld(usedWallMs: number, olderThanMs: number): boolean {
  return isAhead(usedWallMs) || Math.max(0, Date.now() - usedWallMs) >= olderThanMs
}
