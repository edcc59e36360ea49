import type { SubmitResult } from '@souk/client'
import type { NamedTask } from '@souk/peer'
import type { PeerHandle } from '@souk/runtime'
import { nonceOf, randomNonce } from './nonce.ts'

/** One task of a request as the peer takes it, or why it cannot. */
export type Prepared = NamedTask | SubmitResult

/** keys tried for one task until one leads to custodians that can all be reached */
const keysMax = 64

/** Other keys for tasks whose clients made theirs up, and whose custodians are not all there. */
export class BetterKeys {
  readonly #handle: PeerHandle

  constructor(handle: PeerHandle) {
    this.#handle = handle
  }

  /** By index, each as an answer; empty where all is well, or nothing better is to be had. */
  of(prepared: readonly Prepared[]): Map<number, SubmitResult> {
    const answers = new Map<number, SubmitResult>()
    prepared.forEach((task, index) => {
      if (!('spec' in task) || !task.choosy) return
      const why = this.#handle.whyUnlucky(task)
      const key = why && this.#luckyKey(task)
      if (key !== undefined) answers.set(index, { ...why!, key })
    })
    return answers
  }

  #luckyKey(task: NamedTask): string | undefined {
    for (let tried = 0; tried < keysMax; tried++) {
      const key = randomNonce()
      if (!this.#handle.whyUnlucky({ ...task, nonce: nonceOf(task.spec.tenant, key) })) return key
    }
    return undefined
  }
}
