/** Names on the wire. A change here is another protocol. */
export const linkProtocol = '/souk/1'
export const blobProtocol = '/souk/blob/2'
export const joinProtocol = '/souk/join/1'
export const advertTopic = 'souk/adverts/1'

/**
 * Streams on one connection. The multiplexer's total holds two links (one being replaced), the transfers, a join,
 * identify and gossip; libp2p resets what is over it.
 */
export const maxStreams = { perConnection: 32, link: 2, blob: 16, join: 2 } as const
