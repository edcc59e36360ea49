/** How a column gives way where a line is too long; without an order it stays as it is. */
export interface Yielding {
  /** the highest gives way first */
  yields?: number
  /** characters of it that still say something: it is cut to no fewer, and left out instead; absent: whole or not at all */
  least?: number
  /** it is never left out: at `least` the next one gives way */
  stays?: boolean
}

/**
 * The width that each column gets so that a line has at most `widthMax` characters; undefined: it is left out. The least
 * important gives way first, and the others only once it is gone. Where those that stay are too wide, so is the line.
 */
export function fitColumns(
  columns: readonly Yielding[],
  widths: readonly number[],
  { widthMax, gap }: { widthMax: number; gap: number },
): (number | undefined)[] {
  const fitted: (number | undefined)[] = [...widths]
  const order = columns
    .map((column, at) => ({ ...column, at }))
    .filter(({ yields }) => yields !== undefined)
    .sort((a, b) => b.yields! - a.yields! || b.at - a.at)
  for (const { least = Infinity, stays, at } of order) {
    const over = lineWidth(fitted, gap) - widthMax
    if (over <= 0) break
    const left = fitted[at]! - over
    if (left >= least) fitted[at] = left
    else fitted[at] = stays ? Math.min(least, fitted[at]!) : undefined
  }
  return fitted
}

function lineWidth(widths: readonly (number | undefined)[], gap: number): number {
  const shown = widths.filter((width) => width !== undefined)
  return shown.reduce((sum, width) => sum + width, 0) + gap * Math.max(0, shown.length - 1)
}
