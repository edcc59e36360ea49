import { expect, test } from 'vitest'
import { readEvents, type StreamEvent } from '../src/event-stream.ts'

async function read(text: string, pieceBytes: number): Promise<StreamEvent[]> {
  const bytes = new TextEncoder().encode(text)
  async function* pieces() {
    for (let i = 0; i < bytes.length; i += pieceBytes) yield bytes.subarray(i, i + pieceBytes)
  }
  const events: StreamEvent[] = []
  for await (const event of readEvents(pieces())) events.push(event)
  return events
}

test('events are read however the bytes arrive', async () => {
  const text =
    ':\n\nid: a.1\ndata: ["é"]\n\ndata: two\r\ndata: lines\r\n\r\n: beat\n\nid:a.2\ndata:three\n\ndata: unfinished'
  const expected = [
    { id: 'a.1', data: '["é"]' },
    { id: 'a.1', data: 'two\nlines' },
    { id: 'a.2', data: 'three' },
  ]
  for (const pieceBytes of [1, 2, 3, 7, 1000]) expect(await read(text, pieceBytes)).toEqual(expected)
})

test('an event without end is refused at its limit', async () => {
  async function* endless() {
    for (;;) yield new Uint8Array(1024 * 1024).fill(120)
  }
  const events = readEvents(endless())
  await expect(events.next()).rejects.toMatchObject({ code: 'event-too-large' })
})
