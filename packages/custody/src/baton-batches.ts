import { type Baton, limits, specBytes } from '@souk/wire'

/** Bytes that a baton takes beside its spec: ids, path, ballot. */
const batonOverheadBytes = 1024

/** Splits batons into messages that stay well below a frame. */
export function batonBatches(batons: readonly Baton[], bytesMax = limits.frameBytesMax / 2): Baton[][] {
  const batches: Baton[][] = []
  let batch: Baton[] = []
  let bytes = 0
  for (const baton of batons) {
    const size = specBytes(baton.record.spec) + batonOverheadBytes
    if (batch.length > 0 && (bytes + size > bytesMax || batch.length >= limits.batonsPerMessageMax)) {
      batches.push(batch)
      batch = []
      bytes = 0
    }
    batch.push(baton)
    bytes += size
  }
  if (batch.length > 0) batches.push(batch)
  return batches
}
