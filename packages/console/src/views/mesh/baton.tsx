import { useEffect, useRef } from 'preact/hooks'
import type { Place } from './layout.ts'

export const flightMs = 1_100

/**
 * A task that goes from one peer to another; for whoever wants no motion it stands half way. It lies above the drawing, in a
 * layer of its own: moved inside it, every frame would paint the whole mesh again.
 */
export function Baton({ from, to }: { from: Place | undefined; to: Place | undefined }) {
  const dot = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    if (!from || !to || !dot.current) return
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches
    const at = (share: number) =>
      `translate(${from.x + (to.x - from.x) * share}px, ${from.y + (to.y - from.y) * share}px)`
    const frames = still
      ? [
          { transform: at(0.5), opacity: 1 },
          { transform: at(0.5), opacity: 1 },
        ]
      : [
          { transform: at(0), opacity: 0 },
          { transform: at(0.15), opacity: 1, offset: 0.15 },
          { transform: at(0.9), opacity: 1, offset: 0.9 },
          { transform: at(1), opacity: 0 },
        ]
    dot.current.animate(frames, { duration: flightMs, easing: 'ease-in-out', fill: 'both' })
    // It flies where its ends were when it left.
  }, [])
  return <span class="baton" ref={dot} />
}
