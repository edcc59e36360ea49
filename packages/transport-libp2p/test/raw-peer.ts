import type { Connection, Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { wireVersion } from '@souk/wire'
import { byteSource } from '../src/byte-source.ts'
import { createNode, type Node } from '../src/create-node.ts'
import { splitPayloads } from '../src/frame-splitter.ts'
import { decodeHello, encodeSmall, type Hello } from '../src/hello.ts'
import type { Identity } from '../src/identity.ts'
import { createIdentity, MeshCredentials } from '../src/index.ts'
import { linkProtocol } from '../src/protocols.ts'
import type { Member, TestMesh } from './nodes.ts'

/** A node that holds the network key and speaks the link protocol by hand, well or badly. */
export interface RawPeer {
  identity: Identity
  node: Node
  connection: Connection
  stream: Stream
  /** one payload with its length in front */
  write(payload: Uint8Array): void
  hello(overrides?: Partial<Hello>): Promise<Uint8Array>
}

/** With a smaller id than the member's, so that opening the stream is its part. */
export async function rawPeer(mesh: TestMesh, member: Member): Promise<RawPeer> {
  let identity = await createIdentity()
  while (identity.peer > member.identity.peer) identity = await createIdentity()
  const node = await createNode({ identity, mesh: mesh.mesh, listen: [], mdns: false })
  await node.start()
  const connection = await node.dial(multiaddr(member.address))
  const stream = await connection.newStream(linkProtocol)
  return {
    identity,
    node,
    connection,
    stream,
    write: (payload) => {
      stream.send(framed(payload))
    },
    hello: async (overrides) => {
      const certificate = await mesh.certify(identity)
      const { incarnation = 1 } = overrides ?? {}
      const proof = new MeshCredentials({ identity, mesh: mesh.mesh, certificate }).signLife(incarnation)
      return encodeSmall({ version: wireVersion, incarnation, proof, certificate, addresses: [], ...overrides })
    },
  }
}

export function framed(payload: Uint8Array): Uint8Array {
  const prefix = Buffer.allocUnsafe(4)
  prefix.writeUInt32BE(payload.byteLength)
  return Buffer.concat([prefix, payload])
}

export const welcome = encodeSmall({ ok: true, code: '', message: '' })

/** Payloads after the other side's hello and verdict. */
export async function* payloadsAfterGreeting(stream: Stream): AsyncGenerator<Uint8Array> {
  let greeting = 0
  for await (const payloads of splitPayloads(1 << 20)(byteSource(stream, 64 * 1024))) {
    for (const payload of payloads) {
      if (greeting === 0) decodeHello(payload)
      if (greeting++ > 1 && payload.byteLength > 0) yield payload
    }
  }
}

export async function closed(stream: Stream): Promise<void> {
  if (stream.status !== 'open') return
  await new Promise((resolve) => stream.addEventListener('close', resolve, { once: true }))
}
