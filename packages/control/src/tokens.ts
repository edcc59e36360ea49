import { createHash, timingSafeEqual } from 'node:crypto'
import type { ApiRole } from '@souk/client'

/** Who holds a token. */
export interface Access {
  role: ApiRole
}

/** Which listener a request came by. */
export type Listener = 'loopback' | 'tls'

/** Says what a token may do; undefined: nothing. Must compare in constant time (see `TokenTable`). */
export interface Tokens {
  check(token: string, listener: Listener): Access | undefined
}

/** how many tokens one peer knows; each check looks at all of them */
const tokensMax = 1024

const digest = (token: string) => createHash('sha256').update(token).digest()

/** A small set of tokens, kept as digests; every check takes the same time whatever matches. */
export class TokenTable implements Tokens {
  readonly #entries: { digest: Buffer; access: Access }[] = []

  /** Throws RangeError over 1,024 tokens. */
  add(token: string, access: Access): void {
    if (this.#entries.length >= tokensMax) throw new RangeError(`a peer keeps at most ${tokensMax} tokens; revoke some`)
    this.#entries.push({ digest: digest(token), access })
  }

  remove(token: string): void {
    const wanted = digest(token)
    const at = this.#entries.findIndex((entry) => timingSafeEqual(entry.digest, wanted))
    if (at >= 0) this.#entries.splice(at, 1)
  }

  check(token: string): Access | undefined {
    const given = digest(token)
    let found: Access | undefined
    for (const entry of this.#entries) if (timingSafeEqual(entry.digest, given)) found = entry.access
    return found
  }
}

const ranks: Record<ApiRole, number> = { observe: 0, submit: 1, admin: 2 }

/** Whether a role may do what a route needs. */
export function mayDo(role: ApiRole, needed: ApiRole): boolean {
  return ranks[role] >= ranks[needed]
}
