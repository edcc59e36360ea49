import type { Advert, Certificate, Offer } from './advert.ts'
import type { DemandDigest } from './demand-digest.ts'
import type { Incarnation, PeerId } from './ids.ts'
import { pack } from './packing.ts'
import type { Removal } from './removal.ts'

// Lists in a fixed order, first the purpose: bytes signed for one are never valid for another. Adding a field to what
// is signed needs a new prefix.

/** The bytes that the mesh key signs: every field but the signature. */
export function signableCertificate(c: Certificate): Uint8Array {
  return pack(['souk-certificate-1', c.mesh, c.peer, c.role, c.name, c.issuedWallMs, c.expiresWallMs])
}

/** The bytes that the mesh key signs to remove a peer for good. */
export function signableRemoval(mesh: string, { peer, wallMs }: Pick<Removal, 'peer' | 'wallMs'>): Uint8Array {
  return pack(['souk-removal-1', mesh, peer, wallMs])
}

/** The bytes that a peer signs once for each of its lives in a mesh. */
export function signableLife(mesh: string, peer: PeerId, incarnation: Incarnation): Uint8Array {
  return pack(['souk-life-1', mesh, peer, incarnation])
}

/** The bytes that a peer signs for its advert: every field but the signature itself. */
export function signableAdvert(a: Advert): Uint8Array {
  const certificate = [signableCertificate(a.certificate), a.certificate.signature]
  const parts = [a.peer, a.incarnation, a.proof, a.seq, a.addresses, offerParts(a.offer), certificate]
  // Without a digest the form is that of older releases, whose stored adverts are still valid.
  if (a.demand === undefined) return pack(['souk-advert-3', ...parts])
  return pack(['souk-advert-4', ...parts, demandParts(a.demand)])
}

function demandParts({ bucketMs, classes }: DemandDigest): unknown[] {
  return [
    bucketMs,
    classes.map(({ class: name, present, runMs, expected, enough }) => [name, present, runMs, expected, enough]),
  ]
}

function offerParts(o: Offer): unknown[] {
  const c = o.capacity
  return [
    [c.cpuMilli, c.memoryBytes, c.diskBytes, c.networkMbps, c.slots, c.gpuMilli, sorted(c.custom)],
    (o.gpus ?? []).map(({ model, memoryBytes, count }) => [model, memoryBytes, count]),
    sorted(o.labels),
    o.executors,
    o.functions,
    o.draining,
    o.bounded ?? false,
    o.custody,
    o.priceMilli,
    o.summary,
  ]
}

/** By code unit, which is the same everywhere. */
function sorted(entries: Record<string, unknown>): [string, unknown][] {
  return Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1))
}
