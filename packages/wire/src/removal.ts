import { type Static, Type } from '@sinclair/typebox'
import { PeerId } from './ids.ts'
import { limits } from './limits.ts'
import { bytes, int, list, strict } from './schema.ts'

/**
 * The mesh's word that a peer is no member any more and never will be again: signed by the mesh key, as its certificate was.
 * Whoever comes back to that host joins under another peer id.
 */
export const Removal = strict({ peer: PeerId, wallMs: int(), signature: bytes(128) })
export type Removal = Static<typeof Removal>

/** Removals that a peer has heard of: told when a link opens, when one is new, and to whom anti-entropy finds without it. */
export const removed = strict({
  t: Type.Literal('removed'),
  removals: list(Removal, limits.removalsPerMessageMax),
})
