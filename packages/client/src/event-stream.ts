import { apiLimits } from './limits.ts'
import { SoukError } from './souk-error.ts'

export interface StreamEvent {
  id: string | undefined
  data: string
}

/** what may wait for its end of line: one event and its field names */
const lineCharsMax = apiLimits.eventCharsMax + 64

/**
 * Reads text/event-stream: `id` and `data` fields; comments (heartbeats) call `onBeat` only, as every chunk does.
 * Throws SoukError `event-too-large` over the limit of one event.
 */
export async function* readEvents(stream: AsyncIterable<Uint8Array>, onBeat?: () => void): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder()
  let rest = ''
  let id: string | undefined
  let data: string[] = []
  for await (const chunk of stream) {
    onBeat?.()
    rest += decoder.decode(chunk, { stream: true })
    let start = 0
    for (let end = rest.indexOf('\n', start); end >= 0; end = rest.indexOf('\n', start)) {
      const line = rest.slice(start, rest[end - 1] === '\r' && end > start ? end - 1 : end)
      start = end + 1
      if (line === '') {
        if (data.length > 0) yield { id, data: data.join('\n') }
        data = []
      } else if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5))
      else if (line.startsWith('id:')) id = line.slice(3).trim()
    }
    rest = rest.slice(start)
    if (rest.length > lineCharsMax)
      throw new SoukError('event-too-large', 'an event of the stream is too large to read')
  }
}
