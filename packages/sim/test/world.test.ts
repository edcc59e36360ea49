import { expect, it } from 'vitest'
import { sideCut } from '../src/faults/cuts.ts'
import { runFor, worldOf } from './recorder.ts'

it('starts a peer with its identity and then connects it with the others', () => {
  const { world, recorders } = worldOf(3)
  for (const node of world.nodes) world.start(node)
  runFor(world, 1000)
  expect(recorders.map((recorder) => recorder.types())).toEqual([
    ['start', 'connected', 'connected'],
    ['start', 'connected', 'connected'],
    ['start', 'connected', 'connected'],
  ])
})

it('wakes a peer when it asks, by its own clock, and not again', () => {
  const { world, recorders } = worldOf(1)
  world.start(world.nodes[0]!)
  const peer = recorders[0]!
  const startedAt = peer.heard[0]!.now
  peer.wakeAt = startedAt + 500
  peer.react = () => {
    peer.wakeAt = undefined
  }
  world.input(world.nodes[0]!, { type: 'wake' })
  expect(peer.types()).toEqual(['start', 'wake'])
  peer.wakeAt = startedAt + 500
  peer.react = (input) => {
    if (input.type === 'wake') peer.wakeAt = undefined
  }
  world.input(world.nodes[0]!, { type: 'addresses', addresses: [] })
  runFor(world, 2000)
  expect(peer.types()).toEqual(['start', 'wake', 'addresses', 'wake'])
  expect(peer.heard[3]!.now).toBeGreaterThanOrEqual(startedAt + 500)
  expect(peer.heard[3]!.now).toBeLessThan(startedAt + 501)
})

it('moves the one pending wake when the peer changes its mind', () => {
  const { world, recorders } = worldOf(1)
  world.start(world.nodes[0]!)
  const peer = recorders[0]!
  const startedAt = peer.heard[0]!.now
  peer.react = (input) => {
    if (input.type === 'addresses') peer.wakeAt = startedAt + 100
    if (input.type === 'drain') peer.wakeAt = startedAt + 300
    if (input.type === 'wake') peer.wakeAt = undefined
  }
  world.input(world.nodes[0]!, { type: 'addresses', addresses: [] })
  world.input(world.nodes[0]!, { type: 'drain', on: true })
  runFor(world, 1000)
  expect(peer.types()).toEqual(['start', 'addresses', 'drain', 'wake'])
  expect(peer.heard[3]!.now).toBeGreaterThanOrEqual(startedAt + 300)
})

it('tries by itself whether a disk that refused takes writes, less and less often, and says so once', () => {
  const { world, recorders } = worldOf(1)
  const [node] = world.nodes
  world.start(node!)
  const peer = recorders[0]!
  peer.react = (input, _now, out) => {
    if (input.type === 'addresses') out.push({ type: 'persist', seq: 3, writes: [{ key: 'a', value: 1 }] })
  }
  node!.disk.full = true
  world.input(node!, { type: 'addresses', addresses: [] })
  runFor(world, 2500)
  node!.disk.full = false
  expect(peer.types()).toEqual(['start', 'addresses', 'persistFailed'])
  runFor(world, 200)
  expect(peer.types()).toHaveLength(3)
  runFor(world, 10_000)
  expect(peer.heard.slice(3).map(({ input }) => input)).toEqual([{ type: 'persisted', upToSeq: 0 }])
})

it('does not try that for a life that is over, nor after a write that worked', () => {
  const { world, recorders } = worldOf(1)
  const [node] = world.nodes
  world.start(node!)
  const persist = (seq: number) => {
    recorders.at(-1)!.react = (input, _now, out) => {
      if (input.type === 'addresses') out.push({ type: 'persist', seq, writes: [{ key: 'a', value: 1 }] })
    }
    world.input(node!, { type: 'addresses', addresses: [] })
    runFor(world, 500)
  }
  node!.disk.full = true
  persist(1)
  world.crash(node!, { quiet: false, writes: 'lost' })
  world.start(node!)
  persist(1)
  node!.disk.full = false
  persist(2)
  runFor(world, 10_000)
  const said = recorders.map((recorder) => recorder.types().filter((type) => type.startsWith('persist')))
  expect(said).toEqual([['persistFailed'], ['persistFailed', 'persisted']])
})

it('puts all that one turn says to one peer into one frame, as copies', () => {
  const { world, recorders } = worldOf(2)
  for (const node of world.nodes) world.start(node)
  runFor(world, 1000)
  const ping = { t: 'ping' as const, nonce: 1, updates: [] }
  recorders[0]!.react = (_input, _now, out) => {
    out.push({ type: 'send', to: world.nodes[1]!.id, message: ping })
    out.push({ type: 'send', to: world.nodes[1]!.id, message: { t: 'ping', nonce: 2, updates: [] } })
  }
  world.input(world.nodes[0]!, { type: 'wake' })
  ping.nonce = 99
  while (world.step());
  const frames = recorders[1]!.heard.filter(({ input }) => input.type === 'frame')
  expect(frames).toHaveLength(1)
  expect(frames[0]!.input).toMatchObject({ from: 'peer-0000', frame: { messages: [{ nonce: 1 }, { nonce: 2 }] } })
})

it('tells the others when a peer dies, and gives it back its disk and a higher incarnation', () => {
  const { world, recorders } = worldOf(2)
  for (const node of world.nodes) world.start(node)
  const node = world.nodes[0]!
  recorders[0]!.react = (input, _now, out) => {
    if (input.type === 'wake') out.push({ type: 'persist', seq: 1, writes: [{ key: 'a', value: 7 }] })
    if (input.type === 'persisted') out.push({ type: 'persist', seq: 2, writes: [{ key: 'b', value: 8 }] })
  }
  world.input(node, { type: 'wake' })
  world.later(500, () => world.crash(node, { quiet: false, writes: 'either' }))
  world.later(1500, () => world.start(node))
  while (world.step());
  expect(recorders[1]!.types()).toEqual(['start', 'connected', 'disconnected', 'connected'])
  expect(recorders[2]!.heard[0]!.input).toMatchObject({
    type: 'start',
    incarnation: 2,
    stored: [
      { key: 'a', value: 7 },
      { key: 'b', value: 8 },
    ],
  })
})

it('lets a frozen peer hear everything after its thaw, in order', () => {
  const { world, recorders } = worldOf(2)
  for (const node of world.nodes) world.start(node)
  runFor(world, 500)
  const frozenAt = world.now
  const sender = world.nodes[0]!
  world.freeze(world.nodes[1]!, 400)
  let nonce = 0
  recorders[0]!.react = (_input, _now, out) => {
    out.push({ type: 'send', to: world.nodes[1]!.id, message: { t: 'ping', nonce: nonce++, updates: [] } })
  }
  for (let i = 0; i < 5; i++) world.later(i * 20, () => world.input(sender, { type: 'wake' }))
  const before = recorders[1]!.heard.length
  let heardWhileFrozen = 0
  world.later(399, () => {
    heardWhileFrozen = recorders[1]!.heard.length - before
  })
  while (world.step());
  const nonces = recorders[1]!.heard.slice(before).map(({ input }) => {
    const message = input.type === 'frame' ? input.frame.messages[0] : undefined
    return message?.t === 'ping' ? message.nonce : undefined
  })
  expect(heardWhileFrozen).toBe(0)
  expect(world.now).toBeGreaterThanOrEqual(frozenAt + 400)
  expect(nonces).toEqual([0, 1, 2, 3, 4])
})

it('closes a connection across a cut that lasts, and opens it again after the heal', () => {
  const { world, recorders } = worldOf(2)
  for (const node of world.nodes) world.start(node)
  runFor(world, 500)
  const cut = sideCut(world.now + 10_000, [0], false)
  world.connections.onCut(cut)
  world.later(10_000, () => world.connections.onHeal(cut))
  while (world.step());
  for (const recorder of recorders) {
    expect(recorder.types()).toEqual(['start', 'connected', 'disconnected', 'connected'])
  }
})

it('keeps a connection through a short cut', () => {
  const { world, recorders } = worldOf(2)
  for (const node of world.nodes) world.start(node)
  runFor(world, 500)
  const cut = sideCut(world.now + 500, [0], false)
  world.connections.onCut(cut)
  world.later(500, () => world.connections.onHeal(cut))
  while (world.step());
  expect(recorders[0]!.types()).toEqual(['start', 'connected'])
})
