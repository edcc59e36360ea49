import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileBlobs } from '@souk/store-lmdb'
import { createIdentity, createMesh, issueCertificate, Libp2pTransport, MeshCredentials } from '@souk/transport-libp2p'
import { Ear } from './ear.ts'
import { type Network, type Subject, transportSuite } from './transport.suite.ts'

const signal = new AbortController().signal

/** Real nodes on loopback, with blobs on disk. */
async function libp2pNetwork(): Promise<Network> {
  const mesh = await createMesh('conformance')
  const folder = mkdtempSync(join(tmpdir(), 'souk-conformance-'))
  const running: Subject[] = []
  return {
    async peer() {
      const identity = await createIdentity()
      const name = `m${running.length}`
      const certificate = await issueCertificate(mesh.signingKey!, {
        peer: identity.peer,
        role: 'host',
        name,
        issuedWallMs: 0,
        expiresWallMs: 0,
      })
      const credentials = new MeshCredentials({ identity, mesh, certificate })
      const blobs = new FileBlobs({ folder: join(folder, name) })
      const listen = ['/ip4/127.0.0.1/tcp/0']
      const options = { identity, mesh, incarnation: 1, credentials, blobs, listen, mdns: false }
      const subject = { transport: new Libp2pTransport(options), credentials, blobs, ear: new Ear() }
      await subject.transport.start(subject.ear, signal)
      running.push(subject)
      return subject
    },
    async stop() {
      await Promise.all(running.map(({ transport }) => transport.stop()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

transportSuite('libp2p', libp2pNetwork)
