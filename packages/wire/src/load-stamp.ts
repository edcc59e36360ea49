/** The 20 bytes in every frame that say how loaded its sender is right now. */
export interface LoadStamp {
  /** rises with every change; wraps at 2^32 */
  seq: number
  /** tasks that wait with this peer as their bearer, for hosts with room (saturates at 65,535) */
  waiting: number
  /** free slots; 0 while tasks queue here */
  freeSlots: number
  running: number
  draining: boolean
  /** the sender is under pressure and takes nothing now; absent: false */
  pressed?: boolean
  /** when the stamp was made, by the sender's clock in whole ms; a task awarded by this stamp brings it back as `offeredMs` */
  saidMs: number
}

export const loadStampBytes = 20
const drainingBit = 1
const pressedBit = 2

export function encodeLoadStamp(stamp: LoadStamp): Uint8Array {
  const out = new Uint8Array(loadStampBytes)
  const view = new DataView(out.buffer)
  view.setUint32(0, stamp.seq >>> 0)
  view.setUint16(4, Math.min(stamp.waiting, 65535))
  view.setUint16(6, Math.min(stamp.freeSlots, 65535))
  view.setUint16(8, Math.min(stamp.running, 65535))
  view.setUint16(10, (stamp.draining ? drainingBit : 0) | (stamp.pressed ? pressedBit : 0))
  view.setFloat64(12, stamp.saidMs)
  return out
}

/** Any 20 bytes decode; the caller has checked the length. A saidMs that is no whole number becomes 0. */
export function decodeLoadStamp(data: Uint8Array): LoadStamp {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const saidMs = view.getFloat64(12)
  const flags = view.getUint16(10)
  return {
    seq: view.getUint32(0),
    waiting: view.getUint16(4),
    freeSlots: view.getUint16(6),
    running: view.getUint16(8),
    draining: (flags & drainingBit) !== 0,
    ...((flags & pressedBit) === 0 ? {} : { pressed: true }),
    saidMs: Number.isSafeInteger(saidMs) && saidMs >= 0 ? saidMs : 0,
  }
}
