import type { TraceEvent } from '@souk/peer'
import type { PeerHandle } from '@souk/runtime'
import type { EventWriter } from './event-writer.ts'

/** built and not yet taken by the socket; over it the newest are dropped and counted */
const waitingMax = 20_000

/** Sends the peer's trace events, once per turn, as long as the stream is open. */
export function streamTrace(handle: PeerHandle, writer: EventWriter): void {
  let waiting: (TraceEvent | { type: 'dropped'; count: number })[] = []
  let dropped = 0
  let flushing = false
  const flush = () => {
    if (!writer.ready || waiting.length === 0) return
    if (dropped > 0) waiting.push({ type: 'dropped', count: dropped })
    dropped = 0
    const events = waiting
    waiting = []
    writer.write(JSON.stringify(events))
  }
  const stop = handle.trace((event) => {
    if (waiting.length >= waitingMax) {
      dropped++
      return
    }
    waiting.push(event)
    if (flushing) return
    flushing = true
    setImmediate(() => {
      flushing = false
      flush()
    })
  })
  writer.onDrain = flush
  writer.onClose = stop
}
