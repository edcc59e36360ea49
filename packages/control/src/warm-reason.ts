import type { ClassReport } from '@souk/peer'

/** Why so many workers of a class stand warm, or why forecasts do not decide it, in one sentence. */
export function warmReason({ class: name, warm, bucketMs }: ClassReport): string {
  const { mode, trial, free, executorCode } = warm
  const wanted = wantedText(warm, bucketMs)
  if (free === undefined && name.startsWith('function/'))
    return 'no call of it has run on this host yet, so it is not known what could stand warm for it'
  if (free === undefined)
    return 'its runs start a process of their own each, and none is declared that could stand warm for them (souk up --warm-command)'
  if (executorCode === 'cannot-warm') return 'what runs it here cannot be warmed: agents need a warm hook for it'
  const costs = `${costText(trial.forecastCost)} here, keeping what was used last ${costText(trial.lastUsedCost)}`
  if (mode === 'live') return `${wanted}; forecasts decide: they cost ${costs}`
  if (trial.buckets < trial.bucketsNeeded || trial.busyBuckets < trial.busyBucketsNeeded) {
    const seen = `${trial.buckets} of ${trial.bucketsNeeded} buckets, ${trial.busyBuckets} of ${trial.busyBucketsNeeded} with runs`
    return `${wanted}; on trial: ${seen} so far`
  }
  return `${wanted}; only judged: they would cost ${costs}`
}

function wantedText({ code, target, tau, ahead, idleShare, gaps }: ClassReport['warm'], bucketMs: number): string {
  const enough = `${Math.round(100 * tau)} % of the time`
  switch (code) {
    case 'forecast':
      return `${target} would be enough ${enough}, ${(ahead * bucketMs) / 1000} s ahead`
    case 'due':
      return `idle ${Math.round(100 * idleShare)} % of the time, and by ${gaps} gaps its next run is due`
    case 'idle':
      return `idle ${Math.round(100 * idleShare)} % of the time, and by ${gaps} gaps no run is due yet`
    case 'within-hysteresis':
      return `${target} are about as many as are wanted`
    case 'scale-down-delay':
      return `fewer than ${target} are wanted, but not for a minute yet`
    case 'no-forecast':
      return 'nothing is foretold yet'
  }
}

const costText = (cost: number): string => String(cost >= 100 ? Math.round(cost) : Math.round(10 * cost) / 10)
