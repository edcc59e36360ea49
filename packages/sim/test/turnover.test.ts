import { expect, it } from 'vitest'
import { nodeCut } from '../src/faults/cuts.ts'
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

/** Two peers; the first is in its third life when it gets its disk back as it was in its first. */
function rolledBack(known: number) {
  const { world, recorders } = worldOf(2, { known })
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
  return { world, recorders, node, restart }
}

function livesOf(recorders: readonly Recorder[]) {
  const starts = recorders.map(({ heard }) => heard[0]!.input)
  return starts.map((input) => input.type === 'start' && [input.certificate.peer, input.incarnation])
}

it('starts a rolled back peer with its old incarnation, and ends it when it says that it is behind', () => {
  const { world, recorders, node } = rolledBack(3)
  world.later(2000, () => {
    const old = recorders.at(-1)!
    old.react = (_input, at, out) => out.push({ type: 'trace', event: { type: 'store.behind', at } as never })
    world.input(node, { type: 'addresses', addresses: [] })
  })
  while (world.step());
  expect(livesOf(recorders)).toEqual([
    ['peer-0000', 1],
    ['peer-0001', 1],
    ['peer-0000', 2],
    ['peer-0000', 3],
    ['peer-0000', 2],
    ['peer-0000-1', 1],
  ])
})

it('starts a peer that joins with the members that another one knows, once it reaches one', () => {
  const { world, recorders } = worldOf(3)
  const [first, second, late] = world.nodes as [SimNode, SimNode, SimNode]
  world.start(first)
  recorders[0]!.introductions = () => [first.certificate, second.certificate]
  const cut = nodeCut(1000, late.index)
  world.connections.onCut(cut)
  world.later(1000, () => world.connections.onHeal(cut))
  world.later(500, () => world.start(late))
  runFor(world, 900)
  expect(recorders).toHaveLength(1)
  while (world.step());
  expect(recorders[1]!.heard[0]!.input).toMatchObject({
    type: 'start',
    incarnation: 1,
    stored: [
      { key: 'member/peer-0000', value: { certificate: first.certificate, incarnation: 0 } },
      { key: 'member/peer-0001', value: { certificate: second.certificate, incarnation: 0 } },
    ],
  })
})

it('gives a host with an old store another peer where the mesh cannot tell, whatever starts it, and at a later start too', () => {
  const first = rolledBack(2)
  while (first.world.step());
  expect(livesOf(first.recorders).slice(4)).toEqual([['peer-0000-1', 1]])
  const second = rolledBack(3)
  // Nobody hears the life that is behind before it dies; the next one would be the one that all remember.
  second.restart(2000)
  second.restart(3000)
  while (second.world.step());
  expect(livesOf(second.recorders).slice(4)).toEqual([
    ['peer-0000', 2],
    ['peer-0000-1', 1],
    ['peer-0000-1', 2],
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
