import type { SubmitResult } from '@souk/client'
import type { Submission } from '@souk/peer'
import type { PeerHandle } from '@souk/runtime'
import { nonceOf, randomNonce } from './nonce.ts'

/** One task of a request as the peer takes it, or why it cannot. */
export type Prepared = Omit<Submission, 'tag'> | SubmitResult

/** keys tried for one task until one leads to custodians that can all be reached */
const keysMax = 64

const message = 'not all custodians that this key leads to can be reached; another key has better ones'

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
      if (!('spec' in task) || !task.choosy || !this.#isUnlucky(task)) return
      const key = this.#luckyKey(task)
      if (key !== undefined) answers.set(index, { code: 'key-unlucky', message, key })
    })
    return answers
  }

  #luckyKey(task: Omit<Submission, 'tag'>): string | undefined {
    for (let tried = 0; tried < keysMax; tried++) {
      const key = randomNonce()
      if (!this.#isUnlucky({ ...task, nonce: nonceOf(task.spec.tenant, key) })) return key
    }
    return undefined
  }

  #isUnlucky(task: Omit<Submission, 'tag'>): boolean {
    return this.#handle.isUnlucky({ ...task, tag: 0 })
  }
}
