/**
 * A deep copy of plain data (objects, arrays, byte arrays, scalars). What travels or is written is copied, so
 * that no two simulated peers, nor a peer and its disk, share an object: in reality there is a wire in between.
 */
export function copyPlain<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const list = new Array(value.length)
    for (let i = 0; i < value.length; i++) list[i] = copyPlain(value[i])
    return list as T
  }
  if (value instanceof Uint8Array) return value.slice() as T
  const copy: Record<string, unknown> = {}
  for (const key in value) copy[key] = copyPlain(value[key])
  return copy as T
}

/** Makes shared plain data unchangeable (byte arrays aside), so that a receiver that writes to it is caught. */
export function freezePlain<T>(value: T): T {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  for (const key in value) freezePlain(value[key])
  return Object.freeze(value)
}
