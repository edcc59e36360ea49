import type { Prng } from '@souk/kernel'
import type { PeerId } from '@souk/wire'
import { between } from '../distributions.ts'
import type { World } from '../world.ts'

/** Until somebody sees that a host will not be back. */
const seenMsMax = 20_000

/** Half of those that go for good are removed from the mesh, once they are gone. */
export function drawRemoval(goneMs: number, prng: Prng): { removedAfterMs?: number } {
  return prng.chance(0.5) ? { removedAfterMs: goneMs + between(prng, [0, seenMsMax]) } : {}
}

/** Somebody at a node that is up says that a peer is gone for good. Signatures are the driver's to check: there are none here. */
export function removeLater(world: World, peer: PeerId, { removedAfterMs }: { removedAfterMs?: number }): void {
  if (removedAfterMs === undefined) return
  world.later(removedAfterMs, () => {
    const admin = world.nodes.find((node) => node.alive && node.id !== peer)
    if (!admin) return
    const removal = { peer, wallMs: Math.round(world.now), signature: new Uint8Array() }
    world.input(admin, { type: 'remove', removal })
  })
}
