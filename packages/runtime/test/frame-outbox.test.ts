import type { Frame, Message, PeerId } from '@souk/wire'
import { expect, test } from 'vitest'
import { FrameOutbox } from '../src/frame-outbox.ts'
import type { Transport } from '../src/ports.ts'

const ping = (nonce: number): Message => ({ t: 'ping', nonce, updates: [] })

function outbox() {
  const sent: [PeerId, number[]][] = []
  const transport: Pick<Transport, 'send'> = {
    send: (to: PeerId, { messages }: Frame) => {
      sent.push([to, messages.map((message) => (message.t === 'ping' ? message.nonce : -1))])
      return true
    },
  }
  const load = { seq: 0, waiting: 0, freeSlots: 0, running: 0, draining: false }
  return { sent, box: new FrameOutbox(transport as Transport, 1, () => load) }
}

test('the first frame to a peer leaves at once; what follows within a millisecond shares the next', () => {
  const { box, sent } = outbox()
  box.add('a', ping(1))
  expect(box.flush(10)).toBeUndefined()
  box.add('a', ping(2))
  box.add('b', ping(3))
  expect(box.flush(10.25)).toBe(11)
  box.add('a', ping(4))
  expect(box.flush(10.5)).toBe(11)
  expect(box.flush(11)).toBeUndefined()
  expect(sent).toEqual([
    ['a', [1]],
    ['b', [3]],
    ['a', [2, 4]],
  ])
})

test('a full frame does not wait', () => {
  const { box, sent } = outbox()
  box.add('a', ping(0))
  box.flush(0)
  for (let i = 0; i < 1024; i++) box.add('a', ping(i))
  expect(box.flush(0)).toBeUndefined()
  expect(sent.map(([, nonces]) => nonces.length)).toEqual([1, 1024])
})

test('a peer that goes holds nothing back', () => {
  const { box, sent } = outbox()
  box.add('a', ping(1))
  box.flush(0)
  box.add('a', ping(2))
  box.flushAll(0)
  expect(sent).toHaveLength(2)
})
