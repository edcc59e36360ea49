import type { Millis } from '@souk/kernel'
import type { PeerEffect, PeerInput } from '@souk/peer'
import type { LoadStamp } from '@souk/wire'
import { expect, it } from 'vitest'
import { CopyCarriage } from '../src/carriage.ts'
import { sideCut } from '../src/faults/cuts.ts'
import type { SimNode } from '../src/node.ts'
import { profileOf } from '../src/profiles.ts'
import type { SimPeer } from '../src/subject.ts'
import { Watches } from '../src/watch.ts'
import { World } from '../src/world.ts'

/** A peer that writes down what it hears, and does what the test says. */
class Recorder implements SimPeer {
  readonly heard: { input: PeerInput; now: Millis }[] = []
  wakeAt: Millis | undefined
  react: (input: PeerInput, now: Millis, out: PeerEffect[]) => void = () => {}

  step(input: PeerInput, now: Millis, out: PeerEffect[]): void {
    this.heard.push({ input, now })
    this.react(input, now, out)
  }

  nextWakeup(): Millis | undefined {
    return this.wakeAt
  }

  loadStamp(): LoadStamp {
    return { seq: 0, waiting: 0, freeSlots: 0, running: 0, draining: false }
  }

  snapshot(): unknown {
    return {}
  }

  types(): string[] {
    return this.heard.map(({ input }) => input.type)
  }
}

function worldOf(peers: number): { world: World; recorders: Recorder[] } {
  const recorders: Recorder[] = []
  const subject = {
    makePeer: () => {
      const recorder = new Recorder()
      recorders.push(recorder)
      return recorder
    },
    rosterOf: () => new Map(),
  }
  const parts = { seed: 1, peers, profile: profileOf('calm')!, subject, watches: new Watches([]) }
  return { world: new World({ ...parts, carriage: new CopyCarriage() }), recorders }
}

function runFor(world: World, ms: number): void {
  world.later(ms, () => world.stop())
  world.run()
}

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

function write(world: World, recorder: Recorder, key: string): void {
  recorder.react = (input, _now, out) => {
    if (input.type === 'addresses') out.push({ type: 'persist', seq: 1, writes: [{ key, value: 1 }] })
  }
  world.input(world.nodes[0]!, { type: 'addresses', addresses: [] })
}

it('gives a host whose store is damaged another peer with an empty store', () => {
  const { world, recorders } = worldOf(2)
  for (const node of world.nodes) world.start(node)
  const node = world.nodes[0]!
  write(world, recorders[0]!, 'a')
  world.later(500, () => world.crash(node, { quiet: false, writes: 'kept' }))
  world.later(600, () => node.disk.damage())
  world.later(700, () => world.start(node))
  while (world.step());
  expect(node.id).toBe('peer-0000-1')
  expect(recorders[2]!.heard[0]!.input).toMatchObject({ incarnation: 1, stored: [], certificate: { peer: node.id } })
  const links = recorders[1]!.heard.flatMap(({ input }) => ('peer' in input ? [[input.type, input.peer]] : []))
  expect(links).toEqual([
    ['connected', 'peer-0000'],
    ['disconnected', 'peer-0000'],
    ['connected', 'peer-0000-1'],
  ])
})

it('starts a rolled back peer with its old incarnation, and ends it when it says that it is behind', () => {
  const { world, recorders } = worldOf(2)
  for (const node of world.nodes) world.start(node)
  const node = world.nodes[0]!
  const restart = (atMs: number) => {
    world.later(atMs, () => world.crash(node, { quiet: false, writes: 'either' }))
    world.later(atMs + 100, () => world.start(node))
  }
  restart(500)
  world.later(550, () => node.keepImage())
  restart(1000)
  restart(1500)
  world.later(1550, () => node.restoreImage())
  world.later(2000, () => {
    const old = recorders.at(-1)!
    old.react = (_input, at, out) => out.push({ type: 'trace', event: { type: 'store.behind', at } as never })
    world.input(node, { type: 'addresses', addresses: [] })
  })
  while (world.step());
  const starts = recorders.map(({ heard }) => heard[0]!.input)
  expect(starts.map((input) => input.type === 'start' && [input.certificate.peer, input.incarnation])).toEqual([
    ['peer-0000', 1],
    ['peer-0001', 1],
    ['peer-0000', 2],
    ['peer-0000', 3],
    ['peer-0000', 2],
    ['peer-0000-1', 1],
  ])
})

it('never starts a host again that is gone for good', () => {
  const { world, recorders } = worldOf(2)
  for (const node of world.nodes) world.start(node)
  const node = world.nodes[0]!
  world.later(500, () => world.turnover.leave(node))
  world.later(30_000, () => world.start(node))
  while (world.step());
  expect(recorders).toHaveLength(2)
  expect(recorders[0]!.types().at(-1)).toBe('leave')
  expect(recorders[1]!.types().at(-1)).toBe('disconnected')
})

it('lets a slow peer hear everything later, in order, also what comes when it is fast again', () => {
  const { world, recorders } = worldOf(2)
  for (const node of world.nodes) world.start(node)
  runFor(world, 500)
  const [sender, slow] = world.nodes as [SimNode, SimNode]
  const before = recorders[1]!.heard.length
  const slowFrom = world.now
  slow.lagMs = 300
  let nonce = 0
  recorders[0]!.react = (_input, _now, out) => {
    out.push({ type: 'send', to: slow.id, message: { t: 'ping', nonce: nonce++, updates: [] } })
  }
  for (const afterMs of [0, 20, 220]) world.later(afterMs, () => world.input(sender, { type: 'wake' }))
  world.later(200, () => {
    slow.lagMs = 0
  })
  while (world.step());
  const frames = recorders[1]!.heard.slice(before)
  const nonces = frames.map(
    ({ input }) => input.type === 'frame' && (input.frame.messages[0] as { nonce: number }).nonce,
  )
  expect(nonces).toEqual([0, 1, 2])
  const firstMs = slow.clock.toWorld(frames[0]!.now)
  expect(firstMs).toBeGreaterThanOrEqual(slowFrom + 300)
})

it('shows a peer that starts what its wall clock shows', () => {
  const { world, recorders } = worldOf(2)
  const [right, wrong] = world.nodes as [SimNode, SimNode]
  wrong.wallOffsetMs = -60_000
  world.start(right)
  world.start(wrong)
  const [a, b] = recorders.map(({ heard }) => heard[0]!.input)
  expect(a?.type === 'start' && b?.type === 'start' && a.wallMs - b.wallMs).toBe(60_000)
})

it('connects a pair again although a frozen peer hears of two deaths at once', () => {
  const { world, recorders } = worldOf(2)
  for (const node of world.nodes) world.start(node)
  const [frozen, dying] = world.nodes as [SimNode, SimNode]
  world.later(500, () => world.freeze(frozen, 4000))
  for (const atMs of [1000, 2000]) {
    world.later(atMs, () => world.crash(dying, { quiet: true, writes: 'kept' }))
    world.later(atMs + 500, () => world.start(dying))
  }
  while (world.step());
  expect(recorders[0]!.types().at(-1)).toBe('connected')
  expect(recorders.at(-1)!.types().at(-1)).toBe('connected')
})
