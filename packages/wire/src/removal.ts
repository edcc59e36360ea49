import { type Static, Type } from '@sinclair/typebox'
import { PeerId } from './ids.ts'
import { limits } from './limits.ts'
import { bytes, int, list, strict } from './schema.ts'

/**
 * States that a peer is no member any more and never will be again, signed by the mesh key as its certificate was. To come back,
 * that host has to join under another peer id.
 */
export const Removal = strict({ peer: PeerId, wallMs: int(), signature: bytes(128) })
export type Removal = Static<typeof Removal>

/** Removals that the sender knows: sent when a link opens, when one is new, and where anti-entropy finds that one is missing. */
export const removed = strict({
  t: Type.Literal('removed'),
  removals: list(Removal, limits.removalsPerMessageMax),
})
