import { expect, it } from 'vitest'
import type { SimNode } from '../src/node.ts'
import type { World } from '../src/world.ts'
import { type Recorder, runFor, worldOf } from './recorder.ts'

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

/** Node 0 goes back to what its disk was in its first life, having had a third, which the others remember. */
function rollBack() {
  const { world, recorders } = worldOf(3)
  for (const node of world.nodes) world.start(node)
  for (const other of recorders.slice(1)) other.lives = { 'peer-0000': 3 }
  const node = world.nodes[0]!
  const restart = (atMs: number) => {
    world.later(atMs, () => world.crash(node, { quiet: false, writes: 'either' }))
    world.later(atMs + 100, () => world.start(node))
  }
  restart(500)
  world.later(450, () => node.keepImage())
  restart(1000)
  restart(1500)
  world.later(1550, () => node.restoreImage())
  const starts = () =>
    recorders.flatMap(({ heard }) => {
      const { input } = heard[0]!
      return input.type === 'start' ? [`${input.certificate.peer} ${input.incarnation}`] : []
    })
  return { world, recorders, node, restart, starts }
}

const before = ['peer-0000 1', 'peer-0001 1', 'peer-0002 1', 'peer-0000 2', 'peer-0000 3']

it('starts a rolled back peer with its old incarnation, and ends it when it says that it is behind', () => {
  const { world, recorders, node, starts } = rollBack()
  world.later(2000, () => {
    const old = recorders.at(-1)!
    old.react = (_input, at, out) => out.push({ type: 'trace', event: { type: 'store.behind', at } as never })
    world.input(node, { type: 'addresses', addresses: [] })
  })
  while (world.step());
  expect(starts()).toEqual([...before, 'peer-0000 2', 'peer-0000-1 1'])
})

it('gives a rolled back peer that nobody noticed another place before it lives a life that others remember', () => {
  const { world, restart, starts } = rollBack()
  restart(2000)
  restart(2500)
  while (world.step());
  expect(starts()).toEqual([...before, 'peer-0000 2', 'peer-0000-1 1', 'peer-0000-1 2'])
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
