/** What a wrong number of warm workers costs, both in the same unit, whatever it is. */
export interface ProvisionCosts {
  /** one start that had to wait for a cold worker */
  coldStart: number
  /** one worker that stood warm for a whole decision period and was not needed */
  idleSlot: number
}

/** Neither so low that warm workers are pointless, nor so high that nothing could be forecast that far out. */
const tauMin = 0.5
const tauMax = 0.99
/** Where the costs say nothing. */
const tauDefault = 0.9

/** How often warm workers should be enough: Cu / (Cu + Co), the newsvendor's quantile. */
export function provisionTau({ coldStart, idleSlot }: ProvisionCosts): number {
  const tau = coldStart / (coldStart + idleSlot)
  if (!(coldStart >= 0 && idleSlot >= 0) || Number.isNaN(tau)) return tauDefault
  return Math.min(tauMax, Math.max(tauMin, tau))
}
