import type { Outcome } from '@souk/client'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useClient } from '../../live/use-feed.ts'
import { Card } from '../../parts/card.tsx'

/** The last of it: a browser that shows more becomes slow. */
const charsMax = 200_000

interface Piece {
  stream: 'stdout' | 'stderr'
  text: string
}

/** What the task writes, as it comes, wherever it runs. */
export function OutputPane({ task, outcome }: { task: string; outcome: Outcome | undefined }) {
  const { pieces, cut, failure } = useOutput(task)
  const end = useRef<HTMLPreElement>(null)
  useEffect(() => {
    const box = end.current
    // It follows unless somebody reads further up.
    if (box && box.scrollHeight - box.scrollTop - box.clientHeight < 120) box.scrollTop = box.scrollHeight
  }, [pieces])
  const dropped = outcome?.droppedBytes ?? 0
  return (
    <Card title="Output" aside={outcome === undefined ? <span class="tag run">live</span> : undefined}>
      {cut && <p class="quiet">The beginning is cut off here; souk logs {task.slice(0, 8)} has all of it.</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre class="output" ref={end} tabIndex={0} role="log" aria-label="Output">
        {pieces.length === 0 && <span class="quiet">{outcome ? '(it wrote nothing)' : '(nothing yet)'}</span>}
        {pieces.map(({ stream, text }, index) => (
          <span key={index} class={stream}>
            {text}
          </span>
        ))}
      </pre>
      {dropped > 0 && <p class="note">{dropped} bytes more were not kept: outputBytesMax</p>}
      {failure && <p class="quiet">{failure}</p>}
    </Card>
  )
}

function useOutput(task: string): { pieces: readonly Piece[]; cut: boolean; failure: string } {
  const client = useClient()
  const [state, setState] = useState({ pieces: [] as readonly Piece[], cut: false, failure: '' })
  useEffect(() => {
    const stop = new AbortController()
    const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() }
    const read = async () => {
      try {
        for await (const { stream, data } of client.logs(task, stop.signal)) {
          const text = decoders[stream].decode(data, { stream: true })
          if (text !== '')
            setState((before) => ({ ...before, ...withPiece(before.pieces, before.cut, { stream, text }) }))
        }
      } catch (error) {
        if (!stop.signal.aborted) setState((before) => ({ ...before, failure: (error as Error).message }))
      }
    }
    void read()
    return () => stop.abort()
  }, [client, task])
  return state
}

function withPiece(pieces: readonly Piece[], cut: boolean, piece: Piece): { pieces: Piece[]; cut: boolean } {
  const last = pieces.at(-1)
  const joined =
    last?.stream === piece.stream
      ? [...pieces.slice(0, -1), { ...last, text: last.text + piece.text }]
      : [...pieces, piece]
  let chars = joined.reduce((sum, { text }) => sum + text.length, 0)
  if (chars <= charsMax) return { pieces: joined, cut }
  while (joined.length > 1 && chars - joined[0]!.text.length >= charsMax) chars -= joined.shift()!.text.length
  const first = joined[0]!
  joined[0] = { ...first, text: first.text.slice(Math.max(0, chars - charsMax)) }
  return { pieces: joined, cut: true }
}
