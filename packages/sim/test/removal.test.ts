import { expect, it } from 'vitest'
import { runFor, worldOf } from './recorder.ts'

/** Two peers that are connected; the second one is removed by the first, which tells it so. */
function removed(react: 'stops' | 'goes-on') {
  const { world, recorders } = worldOf(2)
  for (const node of world.nodes) world.start(node)
  runFor(world, 1000)
  const [admin, lost] = [world.nodes[0]!, world.nodes[1]!]
  const removal = { peer: lost.id, wallMs: 0, signature: new Uint8Array() }
  recorders[0]!.react = (input, _now, out) => {
    if (input.type !== 'remove') return
    out.push({ type: 'send', to: removal.peer, message: { t: 'removed', removals: [removal] } })
    out.push({ type: 'expel', removal })
  }
  recorders[1]!.react = (input, _now, out) => {
    if (react === 'stops' && input.type === 'frame') out.push({ type: 'expel', removal })
  }
  world.input(admin, { type: 'remove', removal })
  return { world, recorders, lost }
}

it('closes the link to a peer that was removed once it was told, lets it in no more, and tells it again where it comes', () => {
  const { world, recorders } = removed('goes-on')
  runFor(world, 20_000)
  expect(recorders[0]!.types()).toEqual(['start', 'connected', 'remove', 'disconnected'])
  expect(recorders[1]!.types()).toEqual(['start', 'connected', 'frame', 'disconnected', 'remove'])
})

it('stops a peer that hears that it was removed; its host comes back as another one, which is let in', () => {
  const { world, recorders, lost } = removed('stops')
  runFor(world, 20_000)
  expect([recorders.length, lost.id, lost.alive]).toEqual([3, 'peer-0001-1', true])
  expect(recorders[0]!.types().filter((type) => type === 'connected')).toHaveLength(2)
})

it('leaves a host alone whose peer was removed, where nobody sets it up again', () => {
  const { world, recorders, lost } = removed('stops')
  lost.givenUp = true
  runFor(world, 20_000)
  expect([recorders.length, lost.alive, lost.gone]).toEqual([2, false, true])
})
