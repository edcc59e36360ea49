/** A bug in this peer's own code. Never caused by remote data. */
export class InvariantError extends Error {
  override name = 'InvariantError'
}

/** Throws when `condition` is false: for local bugs only, never for something that arrived. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message)
}
