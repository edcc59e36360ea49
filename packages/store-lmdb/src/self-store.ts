import { CodedError, type RecordStore, StoreBehindError } from '@souk/runtime'

const identityKey = 'self/identity'
const incarnationKey = 'self/incarnation'
const behindKey = 'self/behind'

/**
 * Who this peer is: its key and how often it has started. Both live in the record store, so that a damaged
 * store is a new peer (protocol.md 4).
 */
export class SelfStore {
  readonly #records: RecordStore

  /** The store must be open. */
  constructor(records: RecordStore) {
    this.#records = records
  }

  /** The peer's private key, as `create` made it the first time; durable before it is returned. */
  async identity(create: () => Uint8Array | Promise<Uint8Array>): Promise<Uint8Array> {
    const stored = this.#records.get(identityKey)
    if (stored instanceof Uint8Array) return stored
    if (stored !== undefined) throw wrongKind(identityKey, 'bytes')
    const made = await create()
    await this.#records.write([{ key: identityKey, value: made }])
    return made
  }

  /**
   * One more than this store ever gave (I9); durable before it is returned. Throws the `StoreBehindError` of a store that
   * was found to be an old copy: counting on would only hide it.
   */
  async nextIncarnation(): Promise<number> {
    const behind = this.#records.get(behindKey) as { seen?: unknown; own?: unknown } | undefined
    if (behind !== undefined) throw new StoreBehindError(Number(behind.seen), Number(behind.own))
    const stored = this.#records.get(incarnationKey) ?? 0
    if (typeof stored !== 'number' || !Number.isSafeInteger(stored)) throw wrongKind(incarnationKey, 'a whole number')
    const next = stored + 1
    await this.#records.write([{ key: incarnationKey, value: next }])
    return next
  }

  /** Durable when it resolves: no later start takes this store for the peer's own again. */
  async markBehind({ seen, own }: Pick<StoreBehindError, 'seen' | 'own'>): Promise<void> {
    await this.#records.write([{ key: behindKey, value: { seen, own } }])
  }
}

function wrongKind(key: string, expected: string): CodedError {
  return new CodedError(
    'store-damaged',
    `The record ${key} does not hold ${expected}. Move the data folder away and join the mesh again as a new peer.`,
  )
}
