import type { MeshMoment } from '../../live/mesh-moment.ts'
import { durationText } from '../../text/amounts.ts'
import { clockText } from '../../text/ids.ts'

const stepMs = 1_000

interface ScrubberProps {
  moments: readonly MeshMoment[]
  /** the moment that is shown; 0: now */
  at: number
  onMove: (wallMs: number | undefined) => void
}

/** Goes back through the moments that this page has seen. */
export function Scrubber({ moments, at, onMove }: ScrubberProps) {
  const [first, last] = [moments[0]?.wallMs ?? 0, moments.at(-1)?.wallMs ?? 0]
  const shown = at > 0 ? Math.max(first, Math.min(at, last)) : last
  const paused = at > 0
  // In whole steps back from the last moment, so that the slider stands at its end while nothing is paused.
  const least = last - Math.ceil((last - first) / stepMs) * stepMs
  return (
    <div class={paused ? 'scrubber paused' : 'scrubber'}>
      <button type="button" onClick={() => onMove(paused ? undefined : last)} aria-pressed={paused}>
        {paused ? '▶ Live' : '❚❚ Pause'}
      </button>
      <input
        type="range"
        min={least}
        max={last}
        step={stepMs}
        value={shown}
        aria-label="Moment that is shown"
        aria-valuetext={paused ? clockText(shown) : 'now'}
        onInput={(event) => onMove(Number(event.currentTarget.value))}
      />
      <output>
        {paused ? `${clockText(shown)}, ${durationText(Math.round((last - shown) / 1000) * 1000)} ago` : 'live'}
      </output>
      {at > 0 && at < first && (
        <span class="quiet">This page has not seen that moment: it remembers from {clockText(first)} on.</span>
      )}
    </div>
  )
}
