import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { ApiRole } from '@souk/client'
import type { Access, Listener } from '../tokens.ts'

/** a working day, and then the person says who they are again */
const sessionMsMax = 12 * 3_600_000
/** logged out and not yet over; the oldest are forgotten */
const endedMax = 1024

const roles: readonly string[] = ['admin', 'submit', 'observe'] satisfies ApiRole[]

interface Session {
  role: ApiRole
  listener: Listener
  expiresWallMs: number
  id: string
}

/**
 * Sessions of browsers, as cookies that this peer has signed: nothing is kept here, so they outlive its restart. A cookie
 * goes to every port of its host, hence the peer in its name; one of the loopback listener opens nothing on another.
 */
export class ConsoleSessions {
  readonly #key: Uint8Array
  readonly #name: string
  readonly #ended = new Set<string>()

  /** @param key secret of this peer, 32 bytes; another one ends all sessions */
  constructor(key: Uint8Array, self: string) {
    this.#key = key
    this.#name = `souk-${self.slice(-12)}`
  }

  /** A new session as the value of a set-cookie header. */
  open(role: ApiRole, listener: Listener): { cookie: string; expiresAt: string } {
    const expiresWallMs = Date.now() + sessionMsMax
    const text = ['v1', role, listener, expiresWallMs, randomBytes(12).toString('base64url')].join('.')
    const cookie = this.#cookie(`${text}.${this.#sign(text)}`, listener, sessionMsMax / 1000)
    return { cookie, expiresAt: new Date(expiresWallMs).toISOString() }
  }

  /** Ends the session of these cookies; the value of a set-cookie header that removes it from the browser. */
  end(cookies: string | undefined, listener: Listener): string {
    const session = this.#read(cookies)
    if (session !== undefined) this.#ended.add(session.id)
    for (const oldest of this.#ended) {
      if (this.#ended.size <= endedMax) break
      this.#ended.delete(oldest)
    }
    return this.#cookie('', listener, 0)
  }

  /** What the session of these cookies may do by this listener. */
  check(cookies: string | undefined, listener: Listener): Access | undefined {
    const session = this.#read(cookies)
    if (session === undefined || session.listener !== listener || this.#ended.has(session.id)) return undefined
    return session.expiresWallMs > Date.now() ? { role: session.role } : undefined
  }

  #read(cookies: string | undefined): Session | undefined {
    const prefix = `${this.#name}=`
    const value = cookies
      ?.split(/; */)
      .find((pair) => pair.startsWith(prefix))
      ?.slice(prefix.length)
    const end = value?.lastIndexOf('.') ?? -1
    if (value === undefined || end < 0) return undefined
    const [given, needed] = [Buffer.from(value.slice(end + 1)), Buffer.from(this.#sign(value.slice(0, end)))]
    if (given.length !== needed.length || !timingSafeEqual(given, needed)) return undefined
    const [form, role = '', listener, expires, id = ''] = value.slice(0, end).split('.')
    if (form !== 'v1' || !roles.includes(role)) return undefined
    return { role: role as ApiRole, listener: listener as Listener, expiresWallMs: Number(expires), id }
  }

  #sign(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url')
  }

  #cookie(value: string, listener: Listener, maxAgeSeconds: number): string {
    const secure = listener === 'tls' ? '; Secure' : ''
    return `${this.#name}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${secure}`
  }
}
