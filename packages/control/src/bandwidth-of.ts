import type { LinkLine } from '@souk/client'

/** Of a way to another peer, where transfers were large enough to tell. */
export function bandwidthOf(link: Pick<LinkLine, 'receivedMbps' | 'sentMbps'> | undefined) {
  const { receivedMbps, sentMbps } = link ?? {}
  return {
    ...(receivedMbps === undefined ? {} : { receivedMbps }),
    ...(sentMbps === undefined ? {} : { sentMbps }),
  }
}
