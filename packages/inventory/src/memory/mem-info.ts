export interface MemInfo {
  /** what can be had without swapping; what is merely free leaves out what the page cache would give back */
  availableBytes: number | undefined
  swapTotalBytes: number | undefined
  swapFreeBytes: number | undefined
}

/** `/proc/meminfo`; undefined where a line is missing. */
export function parseMemInfo(text: string): MemInfo {
  const amount = (name: string): number | undefined => {
    const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]
    return kib === undefined ? undefined : Number(kib) * 1024
  }
  return {
    availableBytes: amount('MemAvailable'),
    swapTotalBytes: amount('SwapTotal'),
    swapFreeBytes: amount('SwapFree'),
  }
}
