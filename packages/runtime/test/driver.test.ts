import type { TraceEvent } from '@souk/peer'
import { expect, test } from 'vitest'
import { ToyPeer } from './toy-peer.ts'
import { ballot, ping, runOrder, send, start, turn, World } from './world.ts'

test('the first input of a life brings the stored entries of the machine and only those', async () => {
  const host = new World().host('a')
  await host.records.write([
    { key: 'task/1', value: { a: 1 } },
    { key: 'self/identity', value: new Uint8Array([1]) },
  ])
  await start(host)
  expect(host.peer.heard[0]).toMatchObject({
    type: 'start',
    incarnation: 3,
    stored: [{ key: 'task/1', value: { a: 1 } }],
    linedFunctions: ['one'],
    certificate: host.credentials.certificate,
  })
  expect(host.peer.heard[1]).toEqual({ type: 'addresses', addresses: ['/memory/p2p/a'] })
})

test('all messages of a turn to one peer travel in one frame with the load at that moment', async () => {
  const world = new World()
  const peer = new ToyPeer({
    lag: (_, out) => out.push(send('b', ping(1)), send('c', ping(2)), send('b', ping(3))),
  })
  const a = await world.started('a', peer)
  const b = await world.started('b')
  await world.started('c')
  await a.transport.dial(['/memory/p2p/b'])
  a.driver.input({ type: 'lag', lagMs: 0 })
  a.driver.input({ type: 'lag', lagMs: 0 })
  peer.load = { ...peer.load, seq: 9, waiting: 4 }
  expect(a.transport.sent).toEqual([])
  const { frame } = await b.peer.next('frame')
  expect(frame).toEqual({ incarnation: 3, load: peer.load, messages: [1, 3, 1, 3].map(ping) })
  expect(a.transport.sent.map((s) => s.to)).toEqual(['b', 'c'])
  // c is not connected: the frame is dropped, and counted.
  expect(a.driver.counters()).toMatchObject({ framesOut: 2, messagesOut: 6, messagesDropped: 2 })
  expect(b.driver.counters()).toMatchObject({ framesIn: 1, messagesIn: 4 })
})

test('more messages than a frame takes make more frames, in order', async () => {
  const world = new World()
  const peer = new ToyPeer({
    lag: (_, out) => {
      for (let i = 0; i < 2500; i++) out.push(send('b', ping(i)))
    },
  })
  const a = await world.started('a', peer)
  const b = await world.started('b')
  await a.transport.dial(['/memory/p2p/b'])
  a.driver.input({ type: 'lag', lagMs: 0 })
  await turn()
  await turn()
  const frames = b.peer.all('frame').map((i) => i.frame.messages)
  expect(frames.map((messages) => messages.length)).toEqual([1024, 1024, 452])
  expect(frames.flat()).toEqual(Array.from({ length: 2500 }, (_, i) => ping(i)))
})

test('an input that an effect causes is stepped after the input at hand, not inside it', async () => {
  const order: string[] = []
  const peer = new ToyPeer({
    lag: (_, out) => {
      out.push(
        { type: 'run', order: runOrder('t') },
        { type: 'reply', client: 1, reply: { type: 'outputEnd', task: 't' } },
      )
    },
    running: () => order.push('running'),
    gone: () => order.push('gone'),
  })
  const { driver } = await new World().started('a', peer)
  const client = driver.attach((reply) => {
    order.push(reply.type)
    driver.detach(client)
    order.push('detached')
  })
  driver.input({ type: 'lag', lagMs: 0 })
  expect(order).toEqual(['outputEnd', 'detached', 'running', 'gone'])
})

test('a run goes to the executor of its kind and can be stopped', async () => {
  const peer = new ToyPeer({
    lag: (_, out) => out.push({ type: 'run', order: runOrder('t') }),
    drain: (_, out) => out.push({ type: 'stop', task: 't', ballot, code: 'cancelled' }),
  })
  const { driver, executor } = await new World().started('a', peer)
  driver.input({ type: 'lag', lagMs: 0 })
  driver.input({ type: 'drain', on: true })
  expect(executor.halted).toEqual(['cancelled'])
  expect(peer.types()).toEqual(['lag', 'running', 'drain', 'ran'])
})

test('work that no executor here runs is answered as refused', async () => {
  const order = runOrder('t', { kind: 'function', name: 'f', args: '[]' })
  const peer = new ToyPeer({ lag: (_, out) => out.push({ type: 'run', order }) })
  const { driver } = await new World().started('a', peer)
  driver.input({ type: 'lag', lagMs: 0 })
  expect(peer.heard.at(-1)).toMatchObject({ type: 'ran', task: 't', result: { end: 'refused' } })
})

test('the machine is woken when it asked to be, by one timer', async () => {
  const peer = new ToyPeer({ wake: () => (peer.wakeupAt = undefined) })
  const { driver, clock } = await new World().started('a', peer)
  const armed = clock.armed
  peer.wakeupAt = 500
  driver.input({ type: 'drain', on: false })
  // Later: the timer stays. Earlier: it moves.
  peer.wakeupAt = 700
  driver.input({ type: 'drain', on: false })
  expect(clock.armed - armed).toBe(1)
  peer.wakeupAt = 200
  driver.input({ type: 'drain', on: false })
  expect(clock.armed - armed).toBe(2)
  clock.advance(199)
  expect(peer.all('wake')).toHaveLength(0)
  clock.advance(1)
  expect(peer.all('wake')).toHaveLength(1)
})

test('a wake that came before the deadline arms the timer again', async () => {
  const peer = new ToyPeer()
  const { driver, clock } = await new World().started('a', peer)
  peer.wakeupAt = 100
  driver.input({ type: 'drain', on: false })
  peer.wakeupAt = 300
  clock.advance(100)
  expect(peer.all('wake')).toHaveLength(1)
  peer.handlers.wake = () => (peer.wakeupAt = undefined)
  clock.advance(200)
  expect(peer.all('wake')).toHaveLength(2)
})

test('event loop lag is told every second', async () => {
  const lags = [7, 0, 250]
  const { peer, clock } = await new World().started('a', new ToyPeer(), {
    read: () => lags.shift() ?? 0,
    stop: () => {},
  })
  clock.advance(3000)
  expect(peer.all('lag').map((i) => i.lagMs)).toEqual([7, 0, 250])
})

test('own adverts leave signed, once per version, wherever they go', async () => {
  const world = new World()
  const a = world.host('a')
  const other = world.keys.member('z')
  const foreign = other.sign(other.advert(1))
  a.peer.handlers.lag = (_, out) => {
    const own = a.credentials.advert(5)
    out.push({ type: 'publish', advert: own }, send('b', { t: 'adverts', adverts: [foreign, own] }))
  }
  await start(a)
  const b = await world.started('b')
  await a.transport.dial(['/memory/p2p/b'])
  const gossip = b.peer.next('gossip')
  const frame = b.peer.next('frame')
  a.driver.input({ type: 'lag', lagMs: 0 })
  expect(await b.credentials.checkAdvert((await gossip).advert)).toBeUndefined()
  const [message] = (await frame).frame.messages
  expect(message).toMatchObject({ t: 'adverts', adverts: [{ peer: 'z' }, { peer: 'a', seq: 5 }] })
  expect(a.credentials.signatures).toBe(1)
  expect(b.driver.counters().rejected).toEqual({})
})

test('what the transport refused is counted, and told to the peer', async () => {
  const seen: unknown[] = []
  const peer = new ToyPeer({ rejected: (input) => seen.push(input) })
  const { driver, transport } = await new World().started('a', peer)
  transport.receive('b', new Uint8Array([1, 2, 3]))
  const { rejected } = driver.counters()
  const [code] = Object.keys(rejected)
  expect(rejected).toEqual({ [code!]: 1 })
  expect(seen).toMatchObject([{ type: 'rejected', from: 'b', code }])
})

test('a listener that throws does not harm the peer, and is said', async () => {
  const peer = new ToyPeer({
    drain: (_, out) => out.push({ type: 'reply', client: 1, reply: { type: 'outputEnd', task: 't' } }),
  })
  const { driver, logged } = await new World().started('a', peer)
  driver.attach(() => {
    throw new Error('mine')
  })
  driver.input({ type: 'drain', on: true })
  driver.input({ type: 'drain', on: true })
  expect(peer.types()).toEqual(['drain', 'drain'])
  expect(logged).toEqual(['error: a reply listener failed', 'error: a reply listener failed'])
})

test('a broken invariant ends the peer: it is told, and no input is stepped any more', async () => {
  const bug = new Error('impossible')
  const peer = new ToyPeer({
    drain: () => {
      throw bug
    },
  })
  const { driver, logged, records, transport } = await new World().started('a', peer)
  driver.input({ type: 'drain', on: true })
  driver.input({ type: 'lag', lagMs: 0 })
  await expect(driver.failed).rejects.toBe(bug)
  expect(peer.types()).toEqual(['drain'])
  expect(logged).toHaveLength(1)
  await driver.stop(new AbortController().signal)
  expect(records.closed).toBe(true)
  expect(transport.events).toBeUndefined()
})

test('stopping says goodbye, ends the runs, and keeps what they came to before the store closes', async () => {
  const world = new World()
  const peer = new ToyPeer({
    lag: (_, out) => out.push({ type: 'run', order: runOrder('t') }),
    leave: (_, out) => out.push(send('b', { t: 'leave', incarnation: 3 })),
    ran: (_, out) => out.push({ type: 'persist', seq: 1, writes: [{ key: 'task/t', value: 'stopped' }] }),
  })
  const a = await world.started('a', peer)
  const b = await world.started('b')
  await a.transport.dial(['/memory/p2p/b'])
  a.driver.input({ type: 'lag', lagMs: 0 })
  const goodbye = b.peer.next('frame')
  await a.driver.stop(new AbortController().signal)
  expect((await goodbye).frame.messages).toEqual([{ t: 'leave', incarnation: 3 }])
  expect(a.executor.halted).toEqual(['shutdown'])
  expect(a.records.get('task/t')).toBe('stopped')
  expect(a.records.closed).toBe(true)
  expect(a.clock.pending).toBe(0)
  const heard = peer.heard.length
  a.driver.input({ type: 'lag', lagMs: 0 })
  expect(peer.heard).toHaveLength(heard)
})

test('a start that fails leaves nothing running', async () => {
  const host = new World().host('a')
  const inUse = new Error('address in use')
  host.transport.start = () => Promise.reject(inUse)
  host.peer.handlers.start = (_, out) => out.push({ type: 'run', order: runOrder('t') })
  await expect(start(host)).rejects.toBe(inUse)
  expect(host.executor.halted).toEqual(['shutdown'])
  expect(host.records.closed).toBe(true)
  expect(host.clock.pending).toBe(0)
})

test('an aborted stop does not wait for a disk that hangs', async () => {
  const peer = new ToyPeer({
    leave: (_, out) => out.push({ type: 'persist', seq: 1, writes: [{ key: 'k', value: 1 }] }),
  })
  const { driver, records } = await new World().started('a', peer)
  records.held = true
  const abort = new AbortController()
  const writing = records.nextWrite()
  const stopped = driver.stop(abort.signal)
  await writing
  abort.abort()
  await stopped
  expect(records.closed).toBe(true)
})

test('a store that others have seen further on ends the peer, which does nothing more', async () => {
  const event = { at: 0, type: 'store.behind', seen: 7, own: 3 } as unknown as TraceEvent
  const peer = new ToyPeer({ drain: (_, out) => out.push({ type: 'trace', event }) })
  const { driver, logged } = await new World().started('a', peer)
  driver.input({ type: 'drain', on: true })
  await expect(driver.failed).rejects.toMatchObject({ code: 'store-behind', seen: 7, own: 3 })
  expect(logged).toEqual(['error: this peer stops'])
  const { length } = peer.heard
  driver.input({ type: 'drain', on: false })
  await driver.stop(AbortSignal.timeout(1000))
  expect(peer.heard).toHaveLength(length)
})
