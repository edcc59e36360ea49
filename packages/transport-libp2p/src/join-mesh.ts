import type { Connection } from '@libp2p/interface'
import { CodedError } from '@souk/runtime'
import type { Certificate, PeerId } from '@souk/wire'
import { verifyCertificate } from './certificate.ts'
import { createNode, type Node } from './create-node.ts'
import { addressesMax, type DialFailure, dialError, dialOne } from './dialer.ts'
import { Exchange } from './exchange.ts'
import type { Identity } from './identity.ts'
import { askAgain, type Invitation, invitationProof } from './invitation.ts'
import { JoinReply, type JoinRequest, joinVersion } from './join-messages.ts'
import { type Mesh, meshId, meshSigningKey } from './mesh.ts'
import { joinProtocol } from './protocols.ts'
import { defaultTuning, type Tuning } from './tuning.ts'

export interface JoinOptions {
  identity: Identity
  invitation: Invitation
  /** the name wished for, 1-64 characters */
  name: string
  signal: AbortSignal
  wall?: () => number
  tuning?: Tuning
}

export interface Joined {
  certificate: Certificate
  mesh: Mesh
  /** of members, to dial first */
  addresses: string[]
  /** certificates, verified, of the others that the inviter knows */
  members: Certificate[]
}

/**
 * Becomes a member of the mesh that an invitation names. Rejects with `cannot-reach` (each address and what failed),
 * `wrong-network-key`, `invitation-forged`, `invitation-used`, `invitation-expired`, `invitation-unknown`,
 * `version-mismatch`, or what the inviter answered.
 */
export async function joinMesh(options: JoinOptions): Promise<Joined> {
  const { identity, invitation, signal } = options
  const tuning = options.tuning ?? defaultTuning
  const mesh: Mesh = { name: invitation.meshName, publicKey: invitation.meshPublicKey, psk: invitation.psk }
  const node = await createNode({ identity, mesh, listen: [], mdns: false, tuning })
  try {
    await node.start()
    const reply = await askAny(node, options, tuning)
    signal.throwIfAborted()
    const { certificate } = reply
    if (certificate === undefined) throw forged('the answer has no certificate')
    const wallMs = (options.wall ?? Date.now)()
    const fault = await verifyCertificate(mesh.publicKey, certificate, identity.peer, wallMs)
    if (fault !== undefined) throw forged(`the certificate that came back does not hold (${fault})`)
    if (reply.signingKey !== undefined) mesh.signingKey = signingKeyOf(mesh, reply.signingKey)
    const members = await verified(reply.members ?? [], mesh, { self: identity.peer, wallMs })
    return { certificate, mesh, addresses: reply.addresses, members }
  } finally {
    await node.stop()
  }
}

/** Knocks at each address; a member that does not know the invitation sends us on to the next. */
async function askAny(node: Node, options: JoinOptions, tuning: Tuning): Promise<JoinReply> {
  const failures: DialFailure[] = []
  let unknown: CodedError | undefined
  for (const address of options.invitation.addresses.slice(0, addressesMax)) {
    const result = await dialOne(node, address, tuning.dialMsMax, options.signal)
    options.signal.throwIfAborted()
    if ('failure' in result) {
      failures.push(result.failure)
      continue
    }
    const reply = await ask(result.connection, options, tuning)
    if (reply.ok) return reply
    const error = new CodedError(reply.code, reply.message)
    if (reply.code !== 'invitation-unknown') throw error
    unknown = error
  }
  throw unknown ?? dialError(failures)
}

async function ask(connection: Connection, options: JoinOptions, tuning: Tuning): Promise<JoinReply> {
  const { identity, invitation, signal } = options
  const inviter = connection.remotePeer.toString()
  const request: JoinRequest = {
    version: joinVersion,
    secretId: invitation.secretId,
    proof: invitationProof(invitation.secret, invitation.secretId, identity.peer, inviter),
    name: options.name,
  }
  const within = AbortSignal.any([signal, AbortSignal.timeout(tuning.handshakeMsMax)])
  let exchange: Exchange | undefined
  try {
    const stream = await connection.newStream(joinProtocol, { signal: within })
    const limits = { bufferBytesMax: 64 * 1024, stallMsMax: 2 * tuning.handshakeMsMax }
    exchange = new Exchange(stream, limits).begin(signal)
    await exchange.write(request)
    const reply = await exchange.read(JoinReply)
    await exchange.close()
    return reply
  } catch (cause) {
    exchange?.abort(cause as Error)
    signal.throwIfAborted()
    const seen = `${inviter} was reached but did not answer the invitation (${(cause as Error).message})`
    throw new CodedError('cannot-reach', `${seen}. Check that it is up to date and has no trouble, then try again.`, {
      cause,
    })
  }
}

/** One that does not hold (expired since, or made up) makes nobody a member, and does no harm to the others. */
async function verified(
  certificates: readonly Certificate[],
  mesh: Mesh,
  { self, wallMs }: { self: PeerId; wallMs: number },
): Promise<Certificate[]> {
  const members = new Map<PeerId, Certificate>()
  for (const certificate of certificates) {
    const { peer } = certificate
    if (peer === self || members.has(peer)) continue
    if ((await verifyCertificate(mesh.publicKey, certificate, peer, wallMs)) === undefined)
      members.set(peer, certificate)
  }
  return [...members.values()]
}

/** A key that is not this mesh's would make members that nobody accepts. */
function signingKeyOf(mesh: Mesh, bytes: Uint8Array): Uint8Array {
  let id: string
  try {
    id = meshId(meshSigningKey(bytes).publicKey.raw)
  } catch {
    throw forged('the key that came with it is none')
  }
  if (id !== meshId(mesh.publicKey)) throw forged('the key that came with it is of another mesh')
  return bytes
}

function forged(seen: string): CodedError {
  return new CodedError('invitation-forged', `${seen}. This is not the mesh that the invitation names. ${askAgain}`)
}
