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
  const load = { seq: 0, waiting: 0, freeSlots: 0, running: 0, draining: false, saidMs: 0 }
  return { sent, box: new FrameOutbox(transport as Transport, 1, () => load) }
}

/** Uses up the frames to 'a' that may leave at once, at time 0. */
function busy() {
  const { box, sent } = outbox()
  for (let nonce = 1; nonce <= 4; nonce++) {
    box.add('a', ping(nonce))
    expect(box.flush(0)).toBeUndefined()
  }
  return { box, sent }
}

test('the few frames of a single task leave at once', () => {
  const { sent } = busy()
  expect(sent.map(([, nonces]) => nonces)).toEqual([[1], [2], [3], [4]])
})

test('under load, what follows within a millisecond shares a frame, for each peer by itself', () => {
  const { box, sent } = busy()
  box.add('a', ping(5))
  box.add('b', ping(6))
  expect(box.flush(0.25)).toBe(1)
  box.add('a', ping(7))
  expect(box.flush(0.5)).toBe(1)
  expect(box.flush(1)).toBeUndefined()
  box.add('a', ping(8))
  expect(box.flush(1.25)).toBe(2)
  expect(sent.slice(4)).toEqual([
    ['b', [6]],
    ['a', [5, 7]],
  ])
})

test('a peer that was sent nothing for a while is no longer under load', () => {
  const { box, sent } = busy()
  for (let nonce = 5; nonce <= 8; nonce++) {
    box.add('a', ping(nonce))
    expect(box.flush(4)).toBeUndefined()
  }
  expect(sent).toHaveLength(8)
})

test('a full frame does not wait', () => {
  const { box, sent } = busy()
  for (let i = 0; i < 1024; i++) box.add('a', ping(i))
  expect(box.flush(0)).toBeUndefined()
  expect(sent.at(-1)![1]).toHaveLength(1024)
})

test('a peer that goes holds nothing back', () => {
  const { box, sent } = busy()
  box.add('a', ping(5))
  box.flushAll(0)
  expect(sent).toHaveLength(5)
})
