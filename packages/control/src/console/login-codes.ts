import { randomBytes } from 'node:crypto'
import type { ApiRole } from '@souk/client'
import { ApiError } from '../api-error.ts'

/** long enough to walk to another screen */
const codeMsMax = 15 * 60_000
/** that nobody has used yet; the oldest make room */
const codesMax = 64

/** One-time codes that open the console: good once, for a quarter of an hour. They are forgotten when the peer stops. */
export class LoginCodes {
  readonly #codes = new Map<string, { role: ApiRole; expiresWallMs: number }>()

  issue(role: ApiRole): { code: string; role: ApiRole; expiresAt: string } {
    const code = randomBytes(18).toString('base64url')
    const expiresWallMs = Date.now() + codeMsMax
    this.#codes.set(code, { role, expiresWallMs })
    for (const oldest of this.#codes.keys()) {
      if (this.#codes.size <= codesMax) break
      this.#codes.delete(oldest)
    }
    return { code, role, expiresAt: new Date(expiresWallMs).toISOString() }
  }

  /** What it is good for, this once. Throws ApiError 401 `code-wrong`. */
  redeem(code: string): ApiRole {
    const found = this.#codes.get(code)
    this.#codes.delete(code)
    if (found !== undefined && found.expiresWallMs >= Date.now()) return found.role
    throw new ApiError(
      401,
      'code-wrong',
      'this login code was used before, is older than 15 minutes, or is none of this peer; get a new link: souk console',
    )
  }
}
