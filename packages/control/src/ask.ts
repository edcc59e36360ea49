import type { ClientRef, PeerInput, Reply } from '@souk/peer'
import type { PeerHandle } from '@souk/runtime'
import { ApiError } from './api-error.ts'

/** the peer itself ends every question, a cancel within fifteen seconds; this is for a peer that does not keep up */
const answerMsMax = 17_000

/** One question to the peer and its first fitting reply, as a client of its own. Rejects with 504 `peer-slow`. */
export async function ask<T>(
  handle: PeerHandle,
  question: (client: ClientRef) => PeerInput,
  pick: (reply: Reply) => T | undefined,
): Promise<T> {
  let client: ClientRef | undefined
  let timer: NodeJS.Timeout | undefined
  try {
    return await new Promise<T>((resolve, reject) => {
      client = handle.attach((reply) => {
        const picked = pick(reply)
        if (picked !== undefined) resolve(picked)
      })
      timer = setTimeout(() => {
        reject(
          new ApiError(
            504,
            'peer-slow',
            `no answer within ${answerMsMax} ms; is this peer overloaded? See souk status`,
          ),
        )
      }, answerMsMax)
      handle.input(question(client))
    })
  } finally {
    clearTimeout(timer)
    // After the turn that replied: the peer is never called from inside itself.
    if (client !== undefined) handle.detach(client)
  }
}
