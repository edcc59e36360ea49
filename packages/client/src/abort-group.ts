import { SoukError } from './souk-error.ts'

/** Who waits under one signal: one listener for a signal however many tasks share it. */
export class AbortGroup {
  readonly #groups = new Map<AbortSignal, { members: Set<(error: SoukError) => void>; listener: () => void }>()

  /** Calls back once when the signal aborts (at once where it has). The returned function takes it back. */
  add(signal: AbortSignal | undefined, onAbort: (error: SoukError) => void): () => void {
    if (!signal) return () => {}
    if (signal.aborted) {
      onAbort(stopped(signal))
      return () => {}
    }
    let group = this.#groups.get(signal)
    if (!group) {
      const members = new Set<(error: SoukError) => void>()
      const listener = () => {
        this.#groups.delete(signal)
        for (const member of members) member(stopped(signal))
      }
      group = { members, listener }
      this.#groups.set(signal, group)
      signal.addEventListener('abort', listener, { once: true })
    }
    group.members.add(onAbort)
    return () => this.#remove(signal, onAbort)
  }

  #remove(signal: AbortSignal, member: (error: SoukError) => void): void {
    const group = this.#groups.get(signal)
    if (!group) return
    group.members.delete(member)
    if (group.members.size > 0) return
    this.#groups.delete(signal)
    signal.removeEventListener('abort', group.listener)
  }
}

function stopped(signal: AbortSignal): SoukError {
  return new SoukError('aborted', 'stopped by the caller', { cause: signal.reason })
}
