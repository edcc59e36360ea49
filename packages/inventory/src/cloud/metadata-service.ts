import type { CloudFacts } from '../other-facts.ts'
import { parseAws, parseAzure, parseGcp } from './metadata-text.ts'
import type { CloudProvider } from './provider-hint.ts'

/** Link-local: a packet to it never leaves the machine's own network. */
export const metadataUrl = 'http://169.254.169.254'
/** For all questions together. The service is on the same machine and answers within a few; a busy host takes longer to ask. */
export const answerMsMax = 1000
/** of one answer */
const answerCharsMax = 256 * 1024

/** What the provider tells of this machine; undefined where it does not answer in time, or not as documented. */
export async function askMetadata(
  provider: CloudProvider,
  signal: AbortSignal,
  { url = metadataUrl, answerMs = answerMsMax }: { url?: string; answerMs?: number } = {},
): Promise<CloudFacts | undefined> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(answerMs)])
  try {
    return await askers[provider](url, within)
  } catch {
    signal.throwIfAborted()
    return undefined
  }
}

const askers: Record<CloudProvider, (url: string, signal: AbortSignal) => Promise<CloudFacts | undefined>> = {
  /** Version 2 of the service: a token first, so that no forwarded request reaches it. */
  async aws(url, signal) {
    const token = await text(`${url}/latest/api/token`, signal, {
      method: 'PUT',
      headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '60' },
    })
    const headers = { 'x-aws-ec2-metadata-token': token }
    const [document, lifeCycle] = await Promise.all([
      text(`${url}/latest/dynamic/instance-identity/document`, signal, { headers }),
      text(`${url}/latest/meta-data/instance-life-cycle`, signal, { headers }).catch(() => ''),
    ])
    return parseAws(document, lifeCycle)
  },
  gcp: async (url, signal) =>
    parseGcp(
      await text(`${url}/computeMetadata/v1/instance/?recursive=true`, signal, {
        headers: { 'metadata-flavor': 'Google' },
      }),
    ),
  azure: async (url, signal) =>
    parseAzure(
      await text(`${url}/metadata/instance?api-version=2021-02-01`, signal, { headers: { metadata: 'true' } }),
    ),
}

async function text(url: string, signal: AbortSignal, init: RequestInit): Promise<string> {
  const response = await fetch(url, { ...init, signal, redirect: 'error' })
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return (await response.text()).slice(0, answerCharsMax)
}
