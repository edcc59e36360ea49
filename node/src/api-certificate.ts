import { X509Certificate } from 'node:crypto'
import { hostname, networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { type DataFolder, readJson, writeSecret } from './data-folder.ts'

const validDays = 3650

interface StoredCertificate {
  key: string
  cert: string
}

/** The TLS listener's own certificate; made once, so that its fingerprint stays. Clients pin it. */
export async function apiCertificate(folder: DataFolder): Promise<StoredCertificate & { fingerprint: string }> {
  const path = join(folder.path, 'api-certificate.json')
  let stored = readJson(path) as StoredCertificate | undefined
  if (stored === undefined) {
    const notAfterDate = new Date(Date.now() + validDays * 86_400_000)
    const made = await generate([{ name: 'commonName', value: 'souk' }], { keyType: 'ec', notAfterDate })
    stored = { key: made.private, cert: made.cert }
    writeSecret(path, stored)
  }
  const fingerprint = new X509Certificate(stored.cert).fingerprint256.replaceAll(':', '').toLowerCase()
  return { ...stored, fingerprint }
}

/** A name or address of this host that others can use, for a listener on all of them. */
export function outwardHost(host: string): string {
  if (host !== '0.0.0.0' && host !== '::') return host.includes(':') ? `[${host}]` : host
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  const outward = addresses.find((address) => address.family === 'IPv4' && !address.internal)
  return outward?.address ?? hostname()
}
