import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import type { TraceEvent } from '@souk/peer'
import { expect, test } from 'vitest'
import { EventWriter } from '../src/event-writer.ts'
import { TraceRing } from '../src/trace-ring.ts'
import { type TraceStart, TraceStore } from '../src/trace-store.ts'
import { MemoryMesh, MemoryPeer } from './memory-peer.ts'

const queued = (task: string): TraceEvent => ({ at: 0, type: 'task.queued', task, ballot: { n: 1 } }) as never
const linkDown = (peer: string): TraceEvent => ({ at: 0, type: 'link.down', peer })
const everything = { types: [] }

/** A reader whose socket takes what it is told to take. */
class Reader {
  readonly #socket = new EventEmitter()
  readonly events: Record<string, unknown>[] = []
  lastId = ''
  room = true
  readonly writer: EventWriter

  constructor(store: TraceStore, start: Partial<TraceStart> = {}) {
    const write = (text: string) => {
      this.lastId = /^id: (.*)$/m.exec(text)?.[1] ?? ''
      this.events.push(...JSON.parse(text.slice(text.indexOf('data: ') + 6)))
      return this.room
    }
    const raw = Object.assign(this.#socket, { write, writeHead() {}, flushHeaders() {}, end() {}, destroy() {} })
    this.writer = new EventWriter(raw as unknown as ServerResponse)
    store.read(this.writer, { filter: everything, lastId: undefined, recent: 0, ...start })
  }

  get seen(): unknown[] {
    return this.events.map(({ task, peer, type, count }) => (type === 'dropped' ? `dropped ${count}` : (task ?? peer)))
  }

  drain(): void {
    this.room = true
    this.#socket.emit('drain')
  }
}

function started(lingerMs?: number): { peer: MemoryPeer; store: TraceStore } {
  const peer = new MemoryPeer('PeerA', new MemoryMesh())
  return { peer, store: new TraceStore(peer, lingerMs) }
}

test('each reader gets what fits its filter, with the time by a wall clock', async () => {
  const { peer, store } = started()
  const all = new Reader(store)
  const tasks = new Reader(store, { filter: { types: ['task'], task: 'ab' } })
  const about = new Reader(store, { filter: { types: [], peer: 'PeerB' } })
  for (const event of [queued('abc'), queued('xyz'), linkDown('PeerB'), linkDown('PeerC')]) peer.emit(event)
  await setImmediate()
  expect(all.seen).toEqual(['abc', 'xyz', 'PeerB', 'PeerC'])
  expect(tasks.seen).toEqual(['abc'])
  expect(about.seen).toEqual(['PeerB'])
  expect(all.events[0]?.wallMs).toBeTypeOf('number')
  store.close()
})

test('a stream that broke goes on where it was; one of another life, or a new one, begins as it asks', async () => {
  const { peer, store } = started()
  const first = new Reader(store)
  peer.emit(queued('one'))
  await setImmediate()
  const { lastId } = first
  first.writer.end()
  peer.emit(queued('two'))
  peer.emit(queued('three'))
  await setImmediate()
  expect(new Reader(store, { lastId }).seen).toEqual(['two', 'three'])
  expect(new Reader(store, { lastId: 'another.1' }).seen).toEqual([])
  expect(new Reader(store, { recent: 2 }).seen).toEqual(['two', 'three'])
  expect(new Reader(store, { recent: 99 }).seen).toEqual(['one', 'two', 'three'])
  store.close()
})

test('a reader that stalls is told how much it has missed, and costs no memory', async () => {
  const { peer, store } = started()
  const slow = new Reader(store)
  slow.room = false
  peer.emit(queued('first'))
  await setImmediate()
  for (let i = 0; i < 10_100; i++) peer.emit(queued(`t${i}`))
  await setImmediate()
  expect(slow.seen).toEqual(['first'])
  slow.drain()
  expect(slow.seen.slice(0, 3)).toEqual(['first', 'dropped 100', 't100'])
  expect(slow.seen.at(-1)).toBe('t10099')
  store.close()
})

test('while nobody reads the peer builds no events', async () => {
  const { peer, store } = started(0)
  const reader = new Reader(store)
  await peer.tracedBy(1)
  reader.writer.end()
  await peer.tracedBy(0)
  expect(new Reader(store, { recent: 10 }).seen).toEqual([])
  store.close()
})

test('a ring forgets the oldest, by number and by size', () => {
  const ring = new TraceRing(3, 400)
  for (const task of ['a', 'b', 'c', 'd']) ring.push(queued(task), 0)
  expect([ring.firstSeq, ring.lastSeq]).toEqual([2, 4])
  ring.push(queued('e'.repeat(300)), 0)
  expect(ring.after(0, everything, 10)).toMatchObject({ fitting: [{ seq: 5 }], upTo: 5 })
  expect(ring.after(5, everything, 10)).toEqual({ fitting: [], upTo: 5 })
})
