import type { Connection, Stream } from '@libp2p/interface'
import { type Certificate, limits, type PeerId } from '@souk/wire'
import { Exchange } from './exchange.ts'
import { type JoinReply, JoinRequest, joinVersion } from './join-messages.ts'
import type { Tuning } from './tuning.ts'

/** What a stranger that holds an invitation asks. `peer` is proven by its connection; the proof is to be checked. */
export interface JoinApplication {
  peer: PeerId
  secretId: string
  proof: Uint8Array
  name: string
}

/**
 * The composition root's answer: it redeems the invitation, stores that, and issues the certificate. Admins get the
 * mesh's signing key with it: they may make members too. `members`: whom the new one has to know, this peer first.
 */
export type JoinAnswer =
  | { certificate: Certificate; signingKey?: Uint8Array; members: readonly Certificate[] }
  | { code: string; message: string }
export type OnJoin = (application: JoinApplication) => Promise<JoinAnswer>

export interface JoinServerOptions {
  onJoin: OnJoin
  /** members' addresses to hand to the new one, own first */
  addresses: () => string[]
  rejected(peer: PeerId, code: string, detail: string): void
  tuning: Tuning
}

/** Names end up on every member's terminal: nothing in them may steer one, or turn the direction of text. */
const controls = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/u

/** Answers joiners; they hold the network key and nothing else. */
export class JoinServer {
  readonly #options: JoinServerOptions
  readonly #stopping = new AbortController()
  #open = 0

  constructor(options: JoinServerOptions) {
    this.#options = options
  }

  stop(): void {
    this.#stopping.abort()
  }

  /** Serves one application. Never rejects. */
  async onStream(stream: Stream, connection: Connection): Promise<void> {
    const { tuning, rejected } = this.#options
    const peer = connection.remotePeer.toString()
    const signal = this.#stopping.signal
    const limits = { bufferBytesMax: 64 * 1024, stallMsMax: tuning.handshakeMsMax }
    const exchange = new Exchange(stream, limits).begin(signal)
    this.#open++
    try {
      const request = await exchange.read(JoinRequest)
      const reply = await this.#answer(request, peer)
      if (!reply.ok) rejected(peer, reply.code, reply.message)
      await exchange.write(reply)
      await exchange.close()
    } catch (error) {
      rejected(peer, 'join-failed', (error as Error).message)
      exchange.abort(error as Error)
    } finally {
      this.#open--
    }
  }

  async #answer(request: JoinRequest, peer: PeerId): Promise<JoinReply> {
    if (request.version !== joinVersion) {
      const message = `the mesh speaks version ${joinVersion}, you speak ${request.version}; install the same release`
      return refuse('version-mismatch', message)
    }
    if (this.#open > this.#options.tuning.joinsMax)
      return refuse('join-busy', 'too many are joining at once; try again')
    const { secretId, proof, name } = request
    if (controls.test(name)) return refuse('name-invalid', 'the name has control characters; choose another (--name)')
    const answer = await this.#options.onJoin({ peer, secretId, proof, name })
    if ('code' in answer) return refuse(answer.code, answer.message)
    const addresses = this.#options.addresses()
    const { certificate, signingKey } = answer
    const members = answer.members.slice(0, limits.introducedMax)
    return { ok: true, code: '', message: '', certificate, ...(signingKey ? { signingKey } : {}), addresses, members }
  }
}

function refuse(code: string, message: string): JoinReply {
  return { ok: false, code, message: message.slice(0, 1024), addresses: [] }
}

/** The answer of a peer that was started without `onJoin`. */
export async function takesNoJoiners(): Promise<{ code: string; message: string }> {
  return { code: 'invitation-unknown', message: 'this peer takes no joiners; use the invitation of another' }
}
