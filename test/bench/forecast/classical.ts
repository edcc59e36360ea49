/**
 * The simple methods of the M4 competition, for the same split: indices of the season by classical multiplicative
 * decomposition, and what is forecast of the series without it.
 */
function deseasonalised(values: readonly number[], period: number): { plain: number[]; indices: number[] } {
  const ratios = Array.from({ length: period }, (): number[] => [])
  for (let i = period / 2; i + period / 2 < values.length; i++) {
    const middle = centred(values, i, period)
    if (middle > 0) ratios[i % period]!.push(values[i]! / middle)
  }
  const means = ratios.map((list) => (list.length > 0 ? mean(list) : 1))
  const all = mean(means)
  // An index of zero could not be taken off.
  const indices = means.map((index) => (index > 0 && all > 0 ? index / all : 1))
  return { plain: values.map((value, i) => value / indices[i % period]!), indices }
}

/** Naive 2: the last value without its season, which is then put back. */
export function naive2(values: readonly number[], period: number, ahead: number): number[] {
  const { plain, indices } = deseasonalised(values, period)
  return Array.from({ length: ahead }, (_, i) => plain.at(-1)! * indices[(values.length + i) % period]!)
}

const weights = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99]

/** Theta: exponential smoothing of the series without its season, with half of the linear trend as drift. */
export function theta(values: readonly number[], period: number, ahead: number): number[] {
  const { plain, indices } = deseasonalised(values, period)
  const fits = weights.map((weight) => ({ weight, ...smoothed(plain, weight) }))
  const { weight, level } = fits.reduce((best, fit) => (fit.error < best.error ? fit : best))
  const drift = slopeOf(plain) / 2
  return Array.from(
    { length: ahead },
    (_, i) => (level + drift * (i + 1 / weight)) * indices[(values.length + i) % period]!,
  )
}

/** Mean of one period around i; the two ends count half where it is even. */
function centred(values: readonly number[], i: number, period: number): number {
  let sum = 0
  for (let k = 1 - period / 2; k < period / 2; k++) sum += values[i + k]!
  return (sum + (values[i - period / 2]! + values[i + period / 2]!) / 2) / period
}

function smoothed(values: readonly number[], weight: number): { level: number; error: number } {
  let level = values[0]!
  let error = 0
  for (const value of values) {
    error += (value - level) ** 2
    level += weight * (value - level)
  }
  return { level, error }
}

function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2
  const level = mean(values)
  let [over, under] = [0, 0]
  values.forEach((value, i) => {
    over += (i - middle) * (value - level)
    under += (i - middle) ** 2
  })
  return over / under
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
