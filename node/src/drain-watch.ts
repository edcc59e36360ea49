import type { DrainProgress, SoukClient } from '@souk/client'

/** So often it is looked at. */
const lookMs = 200

interface WatchOptions {
  /** hears of every change */
  onChange(drain: DrainProgress): void
  /** not longer than that; how far it is then is the answer */
  msMax?: number
}

/** Waits until the connected peer has drained, or no longer drains. */
export async function untilDrained(
  client: SoukClient,
  { onChange, msMax = Infinity }: WatchOptions,
): Promise<DrainProgress> {
  const end = performance.now() + msMax
  let said = ''
  for (;;) {
    const { drain } = await client.status()
    const counts = JSON.stringify({ ...drain, forMs: 0, leftMs: 0 })
    if (counts !== said) onChange(drain)
    said = counts
    if (drain.state !== 'draining' || performance.now() >= end) return drain
    await new Promise((resolve) => setTimeout(resolve, lookMs))
  }
}
